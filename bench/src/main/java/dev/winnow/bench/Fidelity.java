package dev.winnow.bench;

import dev.winnow.bench.score.TokenBleu;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a model with techniques is from exact dense attention over the same weights.
 *
 * @param forced both fed the same text: its first part as a prompt, the rest one token at a time
 * @param bleu mean BLEU of greedy continuations against the dense ones, for each smoothing
 * @param sameTokens mean part of a continuation before the first token that differs, in [0, 1]
 */
public record Fidelity(
    Perplexity forced, Map<TokenBleu.Smoothing, Double> bleu, double sameTokens) {

  /**
   * What to compare.
   *
   * @param feeding how the text is fed; {@code decodeFrom} is at least the number of continuations
   * @param continuations prompts to continue: beginnings of the prefilled part, evenly long steps
   *     apart, the last of them all of it
   * @param length tokens of each continuation; an end of sequence does not end it
   */
  public record Plan(Perplexity.Feeding feeding, int continuations, int length) {
    /** Checks ranges. */
    public Plan {
      if (continuations < 1) {
        throw new IllegalArgumentException("continuations must be >= 1, got " + continuations);
      }
      if (length < 1) {
        throw new IllegalArgumentException("continue must be >= 1, got " + length);
      }
      if (feeding.decodeFrom() < continuations) {
        throw new IllegalArgumentException(
            "decode_from must be >= continuations, which is %d, got %d"
                .formatted(continuations, feeding.decodeFrom()));
      }
    }
  }

  /** Copies the map. */
  public Fidelity {
    bleu = Map.copyOf(bleu);
  }

  /** Mean negative log-likelihood less the dense one, in nats: above 0 if the text got harder. */
  public double nllDelta() {
    return forced.meanNll() - forced.against().orElseThrow().meanNll();
  }

  /**
   * Compares {@code model} with itself without techniques.
   *
   * @throws IllegalArgumentException if no token of {@code ids} would be decoded and scored
   */
  public static Fidelity measure(LanguageModel model, int[] ids, Plan plan) {
    int decodeFrom = plan.feeding().decodeFrom();
    if (decodeFrom > ids.length - 2) {
      throw new IllegalArgumentException(
          "decode_from must be at most tokens - 2, which is %d, got %d"
              .formatted(ids.length - 2, decodeFrom));
    }
    try (LanguageModel dense = model.withTechniques(List.of())) {
      Perplexity forced = forced(model, dense, ids, plan.feeding());
      Map<TokenBleu.Smoothing, Double> bleu = new EnumMap<>(TokenBleu.Smoothing.class);
      double same = 0;
      try (Session ours = model.openSession();
          Session theirs = dense.openSession()) {
        for (int i = 1; i <= plan.continuations(); i++) {
          int from = ours.length();
          int to = (int) ((long) decodeFrom * i / plan.continuations());
          int[] piece = Arrays.copyOfRange(ids, from, to);
          int[] one = continued(ours.append(piece), plan.length());
          int[] other = continued(theirs.append(piece), plan.length());
          int differs = Arrays.mismatch(one, other);
          same += differs < 0 ? 1 : (double) differs / plan.length();
          for (TokenBleu.Smoothing smoothing : TokenBleu.Smoothing.values()) {
            double score = TokenBleu.score(one, List.of(other), smoothing);
            bleu.merge(smoothing, score / plan.continuations(), Double::sum);
          }
        }
      }
      return new Fidelity(forced, bleu, same / plan.continuations());
    }
  }

  private static Perplexity forced(
      LanguageModel model, LanguageModel dense, int[] ids, Perplexity.Feeding feeding) {
    int vocabSize = model.config().vocabSize();
    try (Session ours = model.openSession();
        Session theirs = dense.openSession()) {
      return Perplexity.measure(
          TokenScorer.of(ours, vocabSize),
          Optional.of(TokenScorer.of(theirs, vocabSize)),
          ids,
          feeding);
    }
  }

  /** {@code prompt} stays as it is. */
  private static int[] continued(Session prompt, int length) {
    GenerationConfig greedy = GenerationConfig.builder().maxNewTokens(length).eosTokenIds().build();
    try (Session fork = prompt.fork()) {
      return fork.generate(greedy).generatedIds().stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
