/** The README's programs, compiled and tested. */
package dev.winnow.app.examples;
