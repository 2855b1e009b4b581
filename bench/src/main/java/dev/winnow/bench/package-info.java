/** Winnow's bench. */
package dev.winnow.bench;
