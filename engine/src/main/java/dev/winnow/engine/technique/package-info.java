/** Where training-free sparsity plugs into the loop: one class per technique, one set of hooks. */
package dev.winnow.engine.technique;
