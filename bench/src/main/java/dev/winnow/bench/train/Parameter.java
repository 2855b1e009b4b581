package dev.winnow.bench.train;

import java.util.List;

/**
 * A trained tensor.
 *
 * @param name as checkpoints on the Hugging Face hub call it
 * @param shape outermost dimension first; a matrix is {@code [outputs, inputs]}
 * @param start mean of its first values
 * @param spread standard deviation of its first values
 * @param rule what trains it
 * @param kept whether it is part of the checkpoint; otherwise only training needs it
 */
record Parameter(
    String name, List<Integer> shape, double start, double spread, Rule rule, boolean kept) {

  /** Optimisers. */
  enum Rule {
    MUON,
    ADAMW
  }

  /** Copies the list. */
  Parameter {
    shape = List.copyOf(shape);
  }

  int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  long[] dimensions() {
    return shape.stream().mapToLong(Integer::longValue).toArray();
  }

  /** A vector that multiplies, as norms have. */
  static Parameter gain(String name, int width) {
    return new Parameter(name, List.of(width), 1, 0, Rule.ADAMW, true);
  }

  /** A vector that is added. */
  static Parameter bias(String name, int width) {
    return new Parameter(name, List.of(width), 0, 0, Rule.ADAMW, true);
  }

  /** A matrix of a layer, whose outputs start {@code scale} times as large as its inputs. */
  static Parameter matrix(String name, int rows, int columns, double scale) {
    return new Parameter(
        name, List.of(rows, columns), 0, scale / Math.sqrt(columns), Rule.MUON, true);
  }

  /** Rows that are looked up, as embeddings are. */
  static Parameter table(String name, int rows, int columns, double spread) {
    return new Parameter(name, List.of(rows, columns), 0, spread, Rule.ADAMW, true);
  }

  /** The same, trained by AdamW. */
  Parameter byAdamW() {
    return new Parameter(name, shape, start, spread, Rule.ADAMW, kept);
  }

  /** The same, but not part of the checkpoint. */
  Parameter dropped() {
    return new Parameter(name, shape, start, spread, rule, false);
  }

  /** The same with other first values. */
  Parameter starting(double mean, double deviation) {
    return new Parameter(name, shape, mean, deviation, rule, kept);
  }

  /** The same under another name. */
  Parameter named(String other) {
    return new Parameter(other, shape, start, spread, rule, kept);
  }

  /** The same with its elements in other dimensions. */
  Parameter shaped(Integer... dimensions) {
    return new Parameter(name, List.of(dimensions), start, spread, rule, kept);
  }
}
