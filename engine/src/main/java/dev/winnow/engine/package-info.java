/** Winnow's engine. */
package dev.winnow.engine;
