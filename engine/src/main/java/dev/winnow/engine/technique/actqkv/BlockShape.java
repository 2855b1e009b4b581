package dev.winnow.engine.technique.actqkv;

/**
 * How the rows of a layer are divided.
 *
 * @param init first rows that are always read
 * @param window rows that a query reads exactly, itself included
 * @param blockSize rows of a block
 * @param repr rows of a block that represent it, for each head
 * @param prefillWindow most rows of a step
 * @param perKvHead whether KV heads choose the representatives, not query heads
 */
record BlockShape(
    int init, int window, int blockSize, int repr, int prefillWindow, boolean perKvHead) {}
