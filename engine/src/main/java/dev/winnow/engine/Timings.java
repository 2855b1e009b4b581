package dev.winnow.engine;

/**
 * Wall-clock times in milliseconds.
 *
 * @param loadMs bringing the model into memory
 * @param ttftMs from the request to the first token; 0 if there was none
 * @param tpotMs mean per token after the first; 0 if there was none
 */
public record Timings(double loadMs, double ttftMs, double tpotMs) {}
