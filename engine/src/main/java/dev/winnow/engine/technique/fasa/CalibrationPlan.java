package dev.winnow.engine.technique.fasa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Which tokens of which texts are looked at: so many, evenly spread over those that see enough keys
 * for the agreement to mean something.
 */
final class CalibrationPlan {
  /** With fewer keys than this many windows, any two rankings agree by chance. */
  static final int LEAST_WINDOWS = 4;

  /** Tokens between two looks at the cancellation, and between two saves. */
  private static final int SEGMENT = 256;

  /**
   * A text's share.
   *
   * @param ids its tokens that go through the model
   * @param positions those that are looked at
   */
  record Part(CalibrationText text, int[] ids, BitSet positions) {
    /** The tokens in the pieces in which they go through the model. */
    List<int[]> segments() {
      List<int[]> segments = new ArrayList<>();
      for (int from = 0; from < ids.length; from += SEGMENT) {
        segments.add(Arrays.copyOfRange(ids, from, Math.min(from + SEGMENT, ids.length)));
      }
      return segments;
    }
  }

  private final List<Part> parts = new ArrayList<>();
  private final int steps;

  /**
   * A plan.
   *
   * @param maxTokens the most tokens that a sequence may have
   * @throws IllegalArgumentException if no token of {@code texts} sees enough keys
   */
  CalibrationPlan(List<CalibrationText> texts, FasaCalibrator.Options options, int maxTokens) {
    int left = options.tokens();
    long eligible = 0;
    for (CalibrationText text : texts) {
      int tokens = Math.min(Math.min(text.ids().size(), maxTokens), left);
      if (tokens > 0) {
        int[] ids = text.ids().stream().limit(tokens).mapToInt(Integer::intValue).toArray();
        parts.add(new Part(text, ids, new BitSet()));
        eligible += eligible(ids, options);
        left -= tokens;
      }
    }
    if (eligible == 0) {
      throw new IllegalArgumentException(
          ("no token of the texts sees %d windows of %d keys; give texts of more than %d tokens, more"
                  + " --tokens or a smaller --window")
              .formatted(LEAST_WINDOWS, options.window(), least(options)));
    }
    steps = (int) Math.min(options.steps(), eligible);
    long before = 0;
    int step = 0;
    for (Part part : parts) {
      long upTo = before + eligible(part.ids(), options);
      for (; step < steps && chosen(step, eligible) < upTo; step++) {
        part.positions().set((int) (chosen(step, eligible) - before) + least(options) - 1);
      }
      before = upTo;
    }
  }

  /** The eligible token that step {@code step} looks at, in the middle of its share. */
  private long chosen(int step, long eligible) {
    return (2L * step + 1) * eligible / (2L * steps);
  }

  private static int least(FasaCalibrator.Options options) {
    return LEAST_WINDOWS * options.window();
  }

  /** Tokens that see enough keys; the last one is not computed. */
  private static int eligible(int[] ids, FasaCalibrator.Options options) {
    return Math.max(0, ids.length - least(options));
  }

  /** The texts, in order. */
  List<Part> parts() {
    return List.copyOf(parts);
  }

  /** Tokens that are looked at. */
  int steps() {
    return steps;
  }

  /** Tokens that go through the model. */
  int tokens() {
    return parts.stream().mapToInt(part -> part.ids().length).sum();
  }
}
