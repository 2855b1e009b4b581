package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.technique.fasa.FasaCalibration.Source;
import dev.winnow.engine.technique.fasa.FasaCalibrator.Options;
import dev.winnow.engine.technique.fasa.FasaCalibrator.Progress;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FasaCalibratorTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    Path folder = TinyCheckpoint.builder().maxPositions(700).write(shared.resolve("model"));
    model = LanguageModel.load(folder, ModelOptions.builder().threads(1).build());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static CalibrationText text(String name, int length, long seed) {
    return CalibrationText.of(name, new Random(seed).ints(length, 0, 64).toArray());
  }

  private static final List<CalibrationText> TEXTS =
      List.of(text("long", 600, 1), text("short", 20, 2), text("middle", 300, 3));

  private FasaCalibration calibrate(Options options) throws IOException {
    return new FasaCalibrator(model, "tiny", options)
        .run(TEXTS, temp.resolve("partial"), () -> false, progress -> {})
        .orElseThrow();
  }

  @Test
  void it_says_what_it_was_measured_on() throws IOException {
    FasaCalibration calibration = calibrate(new Options(ChunkPairing.TRUE_PAIR, 16, 700, 30));

    assertThat(calibration.fingerprint()).isEqualTo(model.fingerprint());
    assertThat(calibration.model()).isEqualTo("tiny");
    assertThat(calibration.window()).isEqualTo(16);
    assertThat(calibration.steps()).isEqualTo(30);
    assertThat(calibration.corpus())
        .containsExactly(
            new Source("long", TEXTS.get(0).sha256(), 600),
            new Source("short", TEXTS.get(1).sha256(), 20),
            new Source("middle", TEXTS.get(2).sha256(), 80));
    MeanAgreement agreement = calibration.agreement();
    assertThat(agreement.layers()).isEqualTo(2);
    assertThat(agreement.heads()).isEqualTo(4);
    assertThat(agreement.chunks()).isEqualTo(4);
    assertThat(temp).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(ChunkPairing.class)
  void chunks_that_carry_more_of_the_dot_product_agree_better_than_chance(ChunkPairing pairing)
      throws IOException {
    MeanAgreement agreement = calibrate(new Options(pairing, 32, 600, 40)).agreement();

    for (int layer = 0; layer < 2; layer++) {
      for (int head = 0; head < 4; head++) {
        int best = agreement.best(layer, 4, 1)[head][0];
        // 32 of some 364 keys would agree by chance.
        assertThat(agreement.of(layer, head, best)).isBetween(0.2f, 1f);
      }
    }
  }

  @Test
  void the_same_call_gives_the_same_numbers() throws IOException {
    Options options = new Options(ChunkPairing.TRUE_PAIR, 16, 700, 30);

    assertThat(calibrate(options)).isEqualTo(calibrate(options));
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4"})
  void stopped_and_resumed_anywhere_it_gives_the_same_numbers(int stopAfter) throws IOException {
    Options options = new Options(ChunkPairing.TRUE_PAIR, 16, 900, 50);
    FasaCalibration whole = calibrate(options);
    Path partial = temp.resolve("partial");
    List<Progress> told = new ArrayList<>();
    FasaCalibrator calibrator = new FasaCalibrator(model, "tiny", options);

    Optional<FasaCalibration> stopped =
        calibrator.run(TEXTS, partial, () -> told.size() == stopAfter, told::add);
    assertThat(stopped).isEmpty();
    assertThat(partial).exists();
    told.clear();
    FasaCalibration resumed = calibrator.run(TEXTS, partial, () -> false, told::add).orElseThrow();

    assertThat(resumed).isEqualTo(whole);
    // 600, 20 and 280 tokens are 3, 1 and 2 segments.
    assertThat(told).hasSize(6 - stopAfter).endsWith(new Progress(900, 900));
    assertThat(partial).doesNotExist();
  }

  @Test
  void more_chunks_find_more_together_and_all_of_them_everything() throws IOException {
    Options options = new Options(ChunkPairing.TRUE_PAIR, 16, 900, 40);
    FasaCalibration calibration = calibrate(options);

    List<CompoundAgreement> together =
        CompoundAgreement.measure(
            model, calibration, TEXTS, options, List.of(1, 2, 4), List.of(16, 64), () -> false);

    assertThat(together).extracting(CompoundAgreement::chunks).containsExactly(1, 1, 2, 2, 4, 4);
    assertThat(together)
        .extracting(CompoundAgreement::window)
        .containsExactly(16, 64, 16, 64, 16, 64);
    assertThat(together.get(2).agreement()).isGreaterThan(together.get(0).agreement());
    assertThat(together.get(3).agreement()).isGreaterThan(together.get(1).agreement());
    assertThat(together.get(4).agreement()).isEqualTo(1);
    assertThat(together.get(5).agreement()).isEqualTo(1);
    // One chunk of each head is what the calibration itself compared.
    assertThat(together.get(0).agreement())
        .isCloseTo(calibration.agreement().meanOfBest(1), within(1e-5));
  }

  @Test
  void a_partial_file_of_other_options_or_of_something_else_is_refused() throws IOException {
    Path partial = temp.resolve("partial");
    int[] asked = new int[1];
    new FasaCalibrator(model, "tiny", new Options(ChunkPairing.TRUE_PAIR, 16, 900, 50))
        .run(TEXTS, partial, () -> asked[0]++ == 1, progress -> {});
    FasaCalibrator other =
        new FasaCalibrator(model, "tiny", new Options(ChunkPairing.ADJACENT, 16, 900, 50));

    assertThatThrownBy(() -> other.run(TEXTS, partial, () -> false, progress -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(partial.toString())
        .hasMessageContaining("delete the file");
    Files.writeString(partial, "{\"settings\": 3");
    assertThatThrownBy(() -> other.run(TEXTS, partial, () -> false, progress -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("delete the file");
  }

  @Test
  void only_tokens_that_see_four_windows_are_looked_at() {
    CalibrationPlan plan =
        new CalibrationPlan(TEXTS, new Options(ChunkPairing.TRUE_PAIR, 16, 900, 10_000), 700);

    // The last token of a text is not computed.
    assertThat(plan.steps()).isEqualTo(600 - 64 + 280 - 64);
    BitSet first = plan.parts().get(0).positions();
    assertThat(first.nextSetBit(0)).isEqualTo(63);
    assertThat(first.length()).isEqualTo(599);
    assertThat(plan.parts().get(1).positions().cardinality()).isZero();
    assertThat(plan.parts().get(2).positions().cardinality()).isEqualTo(216);
  }

  @Test
  void fewer_tokens_are_spread_evenly() {
    CalibrationPlan plan =
        new CalibrationPlan(TEXTS, new Options(ChunkPairing.TRUE_PAIR, 16, 600, 4), 700);

    // Of the 536 tokens from 63 on, the middles of four equal parts.
    assertThat(plan.parts().get(0).positions().stream().toArray())
        .containsExactly(63 + 67, 63 + 201, 63 + 335, 63 + 469);
  }

  @Test
  void texts_are_cut_to_the_context_of_the_model() {
    CalibrationPlan plan =
        new CalibrationPlan(TEXTS, new Options(ChunkPairing.TRUE_PAIR, 16, 900, 50), 250);

    assertThat(plan.tokens()).isEqualTo(250 + 20 + 250);
  }

  @Test
  void texts_that_are_all_too_short_are_refused() {
    assertThatThrownBy(() -> calibrate(new Options(ChunkPairing.TRUE_PAIR, 150, 900, 50)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no token of the texts sees 4 windows of 150 keys")
        .hasMessageContaining("more than 600 tokens");
  }

  @ParameterizedTest
  @CsvSource({"0, 10, 10, window", "10, 0, 10, tokens", "10, 10, 0, steps", "10, 10, -5, steps"})
  void options_out_of_range_are_refused_by_name(int window, int tokens, int steps, String name) {
    assertThatThrownBy(() -> new Options(ChunkPairing.TRUE_PAIR, window, tokens, steps))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " must be in [1, ");
  }

  @Test
  void in_a_layer_with_a_short_sliding_window_fewer_keys_are_compared() {
    // A layer of which 3 of 4 keys agreed at one token counts like one with 30 of 40.
    AgreementCounts counts = new AgreementCounts("test", 2, 1, 1);
    counts.add(0, 0, new int[] {3}, 4);
    counts.add(1, 0, new int[] {30}, 40);

    assertThat(counts.mean().of(0, 0, 0)).isCloseTo(0.75f, within(1e-6f));
    assertThat(counts.mean().of(1, 0, 0)).isCloseTo(0.75f, within(1e-6f));
  }
}
