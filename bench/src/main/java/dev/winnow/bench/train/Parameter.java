package dev.winnow.bench.train;

/**
 * A trained tensor.
 *
 * @param name as checkpoints on the Hugging Face hub call it
 * @param rows outputs of a matrix, entries of a table, or 1 for a gain
 * @param columns inputs of a matrix, or the width
 * @param spread standard deviation of its first values; 0 for a gain, which starts at one
 * @param rule what trains it
 */
record Parameter(String name, int rows, int columns, double spread, Rule rule) {

  /** Optimisers. */
  enum Rule {
    MUON,
    ADAMW
  }

  int size() {
    return rows * columns;
  }

  long[] dimensions() {
    return spread == 0 ? new long[] {columns} : new long[] {rows, columns};
  }

  /** A vector that multiplies, as norms have. */
  static Parameter gain(String name, int width) {
    return new Parameter(name, 1, width, 0, Rule.ADAMW);
  }

  /** A matrix of a layer, whose outputs start {@code scale} times as large as its inputs. */
  static Parameter matrix(String name, int rows, int columns, double scale) {
    return new Parameter(name, rows, columns, scale / Math.sqrt(columns), Rule.MUON);
  }

  /** Rows that are looked up, as embeddings are. */
  static Parameter table(String name, int rows, int columns, double spread) {
    return new Parameter(name, rows, columns, spread, Rule.ADAMW);
  }
}
