/** What generation cost: operations, bytes, time, and events for JDK Flight Recorder. */
package dev.winnow.engine.metrics;
