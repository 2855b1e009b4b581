package dev.winnow.bench.score;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * BLEU of one sequence of token ids, over one to four tokens with equal weights, as TensorBLEU
 * computes it: {@code 1e-12} is added to every precision before its logarithm, so one that is
 * missing makes the score small, not 0. Figures compare only under one tokenizer.
 */
public final class TokenBleu {
  private static final int ORDERS = 4;
  private static final double TINY = 1e-12;

  /** What stands for a precision that counted nothing. */
  public enum Smoothing {
    /** Matches over n-grams as counted. */
    NONE {
      @Override
      double precision(int matches, int total) {
        return total == 0 ? 0 : (double) matches / total;
      }
    },
    /** No matches count as 0.1, no n-grams as 1. */
    FLOOR {
      @Override
      double precision(int matches, int total) {
        return (matches == 0 ? 0.1 : matches) / Math.max(1, total);
      }
    },
    /** One more match and one more n-gram at every order. */
    ADD_K {
      @Override
      double precision(int matches, int total) {
        return (matches + 1.0) / (total + 1.0);
      }
    },
    /** A precision of zero counts as 1e-12. */
    EXP {
      @Override
      double precision(int matches, int total) {
        return matches == 0 ? TINY : (double) matches / total;
      }
    };

    abstract double precision(int matches, int total);
  }

  private TokenBleu() {}

  /**
   * The score of {@code candidate}, in [0, 1] but for the added 1e-12; 0 if it has no tokens. Of
   * references whose lengths are equally close to the candidate's, the first sets the brevity
   * penalty.
   *
   * @throws IllegalArgumentException if there is no reference
   */
  public static double score(int[] candidate, List<int[]> references, Smoothing smoothing) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("references must be >= 1, got 0");
    }
    if (candidate.length == 0) {
      return 0;
    }
    double logs = 0;
    for (int n = 1; n <= ORDERS; n++) {
      int total = Math.max(0, candidate.length - n + 1);
      logs += Math.log(smoothing.precision(matches(candidate, references, n), total) + TINY);
    }
    int closest = references.getFirst().length;
    for (int[] reference : references) {
      if (Math.abs(reference.length - candidate.length) < Math.abs(closest - candidate.length)) {
        closest = reference.length;
      }
    }
    double brevity =
        candidate.length >= closest ? 1 : Math.exp(1 - (double) closest / candidate.length);
    return brevity * Math.exp(logs / ORDERS);
  }

  /** An n-gram counts at most as often as in the reference that has it most often. */
  private static int matches(int[] candidate, List<int[]> references, int n) {
    Map<List<Integer>, Integer> most = new HashMap<>();
    for (int[] reference : references) {
      counts(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
    }
    return counts(candidate, n).entrySet().stream()
        .mapToInt(e -> Math.min(e.getValue(), most.getOrDefault(e.getKey(), 0)))
        .sum();
  }

  private static Map<List<Integer>, Integer> counts(int[] ids, int n) {
    return IntStream.rangeClosed(0, ids.length - n)
        .mapToObj(at -> Arrays.stream(ids, at, at + n).boxed().toList())
        .collect(Collectors.toMap(gram -> gram, gram -> 1, Integer::sum));
  }
}
