package dev.winnow.kernels;

/**
 * The keys that queries rank highest.
 *
 * @param rows rows of the store, ascending, one list for each group
 * @param cost what was done, counted while doing it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record KeySelection(int[][] rows, SelectionCost cost) {}
