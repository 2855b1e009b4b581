package dev.winnow.bench;

/** Compares logits with a reference, row by row. */
final class LogitComparison {
  private final ReferenceOutputs reference;
  private final float[] expected;
  private float smallest = Float.POSITIVE_INFINITY;
  private float largest = Float.NEGATIVE_INFINITY;
  private double maxAbsError;
  private int rows;
  private int sameTop;

  LogitComparison(ReferenceOutputs reference) {
    this.reference = reference;
    this.expected = new float[reference.vocabSize()];
  }

  void accept(int row, float[] logits) {
    reference.logits(row, expected);
    for (int i = 0; i < expected.length; i++) {
      smallest = Math.min(smallest, expected[i]);
      largest = Math.max(largest, expected[i]);
      // Math.max keeps NaN, so that a broken model cannot pass.
      maxAbsError = Math.max(maxAbsError, Math.abs((double) logits[i] - expected[i]));
    }
    sameTop += LogSoftmax.argmax(logits) == LogSoftmax.argmax(expected) ? 1 : 0;
    rows++;
  }

  double maxAbsError() {
    return maxAbsError;
  }

  double range() {
    return (double) largest - smallest;
  }

  double top1Agreement() {
    return (double) sameTop / rows;
  }
}
