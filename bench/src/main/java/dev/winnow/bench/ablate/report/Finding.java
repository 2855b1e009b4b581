package dev.winnow.bench.ablate.report;

/**
 * A sentence that the numbers bear out.
 *
 * @param kind what it is about
 * @param model and
 * @param task where it was found
 * @param variant that wins or loses
 * @param sentence what was found, without the variant
 */
record Finding(Kind kind, String model, String task, String variant, String sentence) {

  /** What a finding is about. */
  enum Kind {
    /** Worse scores than dense. */
    LOWER_QUALITY(true),
    /** Slower to the first or a further token. */
    SLOWER(true),
    /** More operations or bytes than dense. */
    MORE_WORK(true),
    /** Work is saved, time is not. */
    NO_GAIN(true),
    /** Fails, or has answers without a finite score. */
    INCOMPLETE(true),
    /** Better scores than dense. */
    HIGHER_QUALITY(false),
    /** Faster to the first or a further token. */
    FASTER(false),
    /** Less work, with no loss of quality shown. */
    LESS_WORK(false);

    private final boolean loss;

    Kind(boolean loss) {
      this.loss = loss;
    }

    boolean isLoss() {
      return loss;
    }
  }
}
