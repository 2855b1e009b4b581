package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.technique.fasa.FasaCalibration.Source;
import dev.winnow.models.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Measures, on any text, how well each frequency chunk of each query head finds the keys that the
 * whole head scores highest.
 *
 * <p>The text goes through the model densely. At evenly spread tokens that see at least four
 * windows of keys, the {@code window} keys of highest dot product are compared with the {@code
 * window} keys that each chunk alone scores highest. Per token, layer and head that costs about as
 * much as reading the keys once and ranking them {@code headDim / 2 + 1} times.
 */
public final class FasaCalibrator {
  /**
   * What is measured.
   *
   * @param pairing {@code pairing}: which dimensions make a chunk, default {@link
   *     ChunkPairing#TRUE_PAIR}
   * @param window {@code window}: keys compared, default 256; in a layer whose sliding window is
   *     shorter than four of these, a quarter of that
   * @param tokens {@code tokens}: tokens of the texts that go through the model, default 4096
   * @param steps {@code steps}: tokens of those that are looked at, default 256
   */
  public record Options(ChunkPairing pairing, int window, int tokens, int steps) {
    private static final int MOST = 1 << 24;

    /** Checks ranges. */
    public Options {
      inRange("window", window);
      inRange("tokens", tokens);
      inRange("steps", steps);
    }

    private static void inRange(String key, int value) {
      if (value < 1 || value > MOST) {
        throw new IllegalArgumentException(
            "%s must be in [1, %d], got %d".formatted(key, MOST, value));
      }
    }

    /** The defaults. */
    public static Options defaults() {
      return new Options(ChunkPairing.TRUE_PAIR, 256, 4096, 256);
    }
  }

  /**
   * How far it is.
   *
   * @param tokens tokens that went through the model
   * @param plannedTokens of how many
   */
  public record Progress(int tokens, int plannedTokens) {}

  private final LanguageModel model;
  private final String name;
  private final Options options;

  /**
   * A calibrator.
   *
   * @param name the model's, for people
   */
  public FasaCalibrator(LanguageModel model, String name, Options options) {
    this.model = model;
    this.name = name;
    this.options = options;
  }

  /**
   * Calibrates. What was counted is kept in {@code partial} meanwhile; with that file the same call
   * goes on where it was, with the same result.
   *
   * @param partial deleted at the end
   * @param cancelled asked now and then
   * @param listener told now and then
   * @return empty if cancelled
   * @throws IllegalArgumentException if no token of the texts sees enough keys or {@code partial}
   *     is of another calibration
   * @throws IOException if {@code partial} cannot be read, written or deleted
   */
  public Optional<FasaCalibration> run(
      List<CalibrationText> texts,
      Path partial,
      BooleanSupplier cancelled,
      Consumer<Progress> listener)
      throws IOException {
    CalibrationPlan plan = new CalibrationPlan(texts, options, model.maxTokens());
    ModelConfig config = model.config();
    AgreementCounts counts =
        new AgreementCounts(settings(plan), config.layers(), config.heads(), config.headDim() / 2)
            .resumed(partial);
    int before = 0;
    for (CalibrationPlan.Part part : plan.parts()) {
      int after = before + part.ids().length;
      if (counts.tokens() < after
          && !read(part, before, counts, partial, plan, cancelled, listener)) {
        return Optional.empty();
      }
      before = after;
    }
    FasaCalibration calibration =
        new FasaCalibration(
            model.fingerprint(),
            name,
            options.pairing(),
            options.window(),
            plan.parts().stream().map(FasaCalibrator::source).toList(),
            plan.steps(),
            counts.mean());
    Files.deleteIfExists(partial);
    return Optional.of(calibration);
  }

  /** Everything the counts depend on. */
  private String settings(CalibrationPlan plan) {
    return "%s %s window %d steps %d of %s"
        .formatted(
            model.fingerprint(),
            options.pairing().label(),
            options.window(),
            plan.steps(),
            plan.parts().stream().map(FasaCalibrator::source).toList());
  }

  private static Source source(CalibrationPlan.Part part) {
    return new Source(part.text().name(), part.text().sha256(), part.ids().length);
  }

  /** Takes one text through the model; false if cancelled. */
  private boolean read(
      CalibrationPlan.Part part,
      int before,
      AgreementCounts counts,
      Path partial,
      CalibrationPlan plan,
      BooleanSupplier cancelled,
      Consumer<Progress> listener)
      throws IOException {
    BitSet positions = new BitSet();
    AgreementProbe probe =
        new AgreementProbe(
            options.pairing(), positions, (layer, head, s) -> count(counts, layer, head, s));
    try (Session session = model.openSession(List.of(probe))) {
      int done = before;
      for (int[] segment : part.segments()) {
        if (cancelled.getAsBoolean()) {
          return false;
        }
        done += segment.length;
        boolean isNew = done > counts.tokens();
        if (isNew) {
          positions.or(part.positions());
        }
        // What was counted before goes through the model again: later tokens need its keys.
        session.append(segment);
        if (isNew) {
          counts.done(done);
          counts.save(partial);
          listener.accept(new Progress(done, plan.tokens()));
        }
      }
    }
    return true;
  }

  private void count(AgreementCounts counts, int layer, int head, ChunkScores scores) {
    int window =
        Math.min(options.window(), Math.max(1, scores.count() / CalibrationPlan.LEAST_WINDOWS));
    counts.add(layer, head, scores.overlaps(window), window);
  }
}
