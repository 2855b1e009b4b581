/** The {@code winnow} command line. */
package dev.winnow.app;
