package dev.winnow.engine.technique.actqkv;

/**
 * Rows of the cache that no query of a step sees in its window: the first ones, the retrieved
 * blocks, and those behind the last block.
 *
 * @param init first rows that are always read
 * @param blockSize rows of a block; block {@code i} begins at {@code init + i * blockSize}
 * @param open first row behind the last block
 * @param from first row that may be read
 * @param to behind the last row that is far from any query
 */
record FarRows(int init, int blockSize, int open, int from, int to) {

  /** The rows, ascending, with those of {@code blocks}, which are ascending too. */
  int[] with(int[] blocks) {
    int headEnd = Math.max(from, Math.min(init, to));
    int tailFrom = Math.max(from, open);
    int tail = Math.max(0, to - tailFrom);
    int[] rows = new int[headEnd - from + blocks.length * blockSize + tail];
    int at = 0;
    for (int row = from; row < headEnd; row++) {
      rows[at++] = row;
    }
    for (int block : blocks) {
      int first = init + block * blockSize;
      for (int i = 0; i < blockSize; i++) {
        rows[at++] = first + i;
      }
    }
    for (int i = 0; i < tail; i++) {
      rows[at++] = tailFrom + i;
    }
    return rows;
  }

  /** First block that lies wholly within the rows that may be read. */
  int firstBlock() {
    return Math.max(0, (from - init + blockSize - 1) / blockSize);
  }

  /** How many rows {@link #with} gives for so many blocks. */
  int count(int blocks) {
    return Math.max(0, Math.min(init, to) - from)
        + blocks * blockSize
        + Math.max(0, to - Math.max(from, open));
  }
}
