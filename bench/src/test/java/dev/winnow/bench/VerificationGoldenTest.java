package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.testing.GoldenFolders;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole engine against Hugging Face's logits and greedy ids; see {@code golden/ORIGIN.md}. */
class VerificationGoldenTest {
  private static final int ONE_SHOT = 0;
  private static final double TOLERANCE = 1e-4;

  static Stream<Arguments> foldersAndChunks() {
    return GoldenFolders.NAMES.stream()
        .flatMap(name -> Stream.of(ONE_SHOT, 1, 7, 16).map(chunk -> Arguments.of(name, chunk)));
  }

  static List<String> folders() {
    return GoldenFolders.NAMES;
  }

  @ParameterizedTest
  @MethodSource("foldersAndChunks")
  void computesTheSameInFloat32HoweverTheTokensAreFed(String name, int chunk) {
    Verification result = verify(name, chunk, WeightFormat.F32, DType.F32);
    assertThat(result.relativeError()).isLessThanOrEqualTo(TOLERANCE);
    assertThat(result.greedyEqual()).isTrue();
    assertThat(result.top1Agreement()).isEqualTo(1);
    assertThat(result.passes(TOLERANCE)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void staysCloseWithHalfPrecisionKeysAndValues(String name) {
    for (DType kv : List.of(DType.F16, DType.BF16)) {
      Verification result = verify(name, ONE_SHOT, WeightFormat.F32, kv);
      report(name, result);
      // Rounding errors of 2^-11 and 2^-8, with room for the layers to add them up.
      assertThat(result.relativeError()).isLessThan(kv == DType.F16 ? 1e-3 : 8e-3);
      assertThat(result.top1Agreement()).isGreaterThan(kv == DType.F16 ? 0.98 : 0.9);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void staysNearWithRoundedWeights(String name) {
    for (WeightFormat weights : List.of(WeightFormat.F16, WeightFormat.INT8)) {
      Verification result = verify(name, ONE_SHOT, weights, DType.F16);
      report(name, result);
      assertThat(result.relativeError()).isLessThan(weights == WeightFormat.F16 ? 1.5e-3 : 0.05);
      assertThat(result.top1Agreement()).isGreaterThan(weights == WeightFormat.F16 ? 0.97 : 0.9);
    }
  }

  private static Verification verify(String name, int chunk, WeightFormat weights, DType kv) {
    Path folder = GoldenFolders.folder(name);
    try (ReferenceOutputs reference =
        ReferenceOutputs.open(folder.resolve(ReferenceOutputs.FILE_NAME))) {
      ModelOptions options =
          ModelOptions.builder()
              .weights(weights)
              .kv(kv)
              .prefillChunk(chunk == ONE_SHOT ? Verification.oneShot(reference) : chunk)
              .build();
      try (LanguageModel model = LanguageModel.load(folder, options)) {
        return Verification.run(model, reference, options);
      }
    }
  }

  /** Goes into the test report. */
  private static void report(String name, Verification result) {
    System.out.printf(
        "%s, weights %s, kv %s: error %.1e of the range, top-1 %.3f, greedy %d of %d%n",
        name,
        result.weights().label(),
        result.kv(),
        result.relativeError(),
        result.top1Agreement(),
        result.greedyMatched(),
        result.greedyTokens());
  }
}
