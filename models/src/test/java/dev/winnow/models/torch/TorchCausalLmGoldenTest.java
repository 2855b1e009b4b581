package dev.winnow.models.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.CausalLm;
import dev.winnow.models.CausalLms;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.testing.ExpectedOutputs;
import dev.winnow.models.testing.GoldenFolders;
import dev.winnow.models.testing.ReferenceLoop;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The dense mathematics of each architecture against Hugging Face's logits and, for LLaDA, the
 * authors', golden/ORIGIN.md.
 */
class TorchCausalLmGoldenTest {

  static Stream<String> folders() {
    return Stream.concat(GoldenFolders.NAMES.stream(), Stream.of(GoldenFolders.LLADA));
  }

  @ParameterizedTest
  @MethodSource("folders")
  @DisplayName("float32 logits lie within 1e-4 of the logit range")
  void float32(String name) {
    assertThat(relativeError(name, WeightFormat.F32, 1)).isLessThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("folders")
  @DisplayName("several threads share out rows or channels and compute the same")
  void float32OnThreeThreads(String name) {
    assertThat(relativeError(name, WeightFormat.F32, 3)).isLessThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("folders")
  @DisplayName("float16 weights cost less than 2e-3 of the logit range")
  void float16(String name) {
    assertThat(relativeError(name, WeightFormat.F16, 2)).isLessThan(2e-3);
  }

  @ParameterizedTest
  @MethodSource("folders")
  @DisplayName("int8 weights cost less than a twentieth of the logit range")
  void int8(String name) {
    assertThat(relativeError(name, WeightFormat.INT8, 3)).isLessThan(0.05);
  }

  private static double relativeError(String name, WeightFormat weights, int threads) {
    Path folder = GoldenFolders.folder(name);
    ExpectedOutputs expected = ExpectedOutputs.read(folder);
    try (WorkerPool pool = new WorkerPool(threads);
        CausalLm model = CausalLms.load(Checkpoints.open(folder), weights, pool);
        ReferenceLoop loop = new ReferenceLoop(model, expected.inputIds().length)) {
      float[] logits = loop.step(expected.inputIds());
      double error = 0;
      for (int i = 0; i < logits.length; i++) {
        error = Math.max(error, Math.abs(logits[i] - expected.logits()[i]));
      }
      return error / expected.range();
    }
  }
}
