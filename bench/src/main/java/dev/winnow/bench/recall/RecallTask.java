package dev.winnow.bench.recall;

/**
 * What sequences a {@link RecallData} makes.
 *
 * @param tokens tokens of a sequence, BOS left out
 * @param minFacts fewest facts
 * @param maxFacts most facts
 * @param questions most questions; those that do not fit are left out
 * @param chained probability that the next facts form a chain of two or more
 * @param maxHops most facts of a chain
 * @param questionsLast whether all questions come after all facts; otherwise they are mixed
 * @param askedOnce whether a name is asked at most once
 */
public record RecallTask(
    int tokens,
    int minFacts,
    int maxFacts,
    int questions,
    double chained,
    int maxHops,
    boolean questionsLast,
    boolean askedOnce) {

  /** Checks ranges. */
  public RecallTask {
    // A group's value starts with a number of its own, and a name is stated once.
    if (minFacts < 1 || maxFacts < minFacts || maxFacts > RecallVocabulary.names()) {
      throw new IllegalArgumentException(
          "facts must be in [1, %d], got %d to %d"
              .formatted(RecallVocabulary.names(), minFacts, maxFacts));
    }
    if (tokens < maxFacts * RecallData.MOST_FACT_TOKENS) {
      throw new IllegalArgumentException(
          "%d facts need at least %d tokens, got %d"
              .formatted(maxFacts, maxFacts * RecallData.MOST_FACT_TOKENS, tokens));
    }
    if (maxHops < 1) {
      throw new IllegalArgumentException("hops must be >= 1, got " + maxHops);
    }
  }

  /** Facts without chains among filler, then a question about each: a needle test. */
  public static RecallTask needles(int tokens, int needles) {
    return new RecallTask(tokens, needles, needles, needles, 0, 1, true, true);
  }

  /** Facts in chains of {@code hops}, then questions: of whole chains mostly. */
  public static RecallTask chains(int tokens, int facts, int hops) {
    return new RecallTask(tokens, facts, facts, facts, 1, hops, true, true);
  }
}
