package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.engine.testing.SkipLayers;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.cpu.CpuKernels;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole path on the vectorised kernels against the same path on plain loops. */
class CpuKernelsTest {

  static Stream<Arguments> cases() {
    return Stream.of(0, 20)
        .flatMap(
            window ->
                Stream.of(
                    Arguments.of(window, List.<Technique>of()),
                    Arguments.of(window, List.<Technique>of(new SkipLayers(List.of(1)))),
                    Arguments.of(
                        window,
                        List.<Technique>of(
                            SinksAndWindow.of(0, 2, 9, KeyForm.ROTATED),
                            SinksAndWindow.of(1, 2, 9, KeyForm.UNROTATED)))));
  }

  private static GenerationResult generate(
      Kernels kernels, int window, List<Technique> techniques) {
    EngineOptions options = Models.options().withPrefillChunk(100).withTechniques(techniques);
    try (LanguageModel model =
        new LanguageModel(
            new FakeCausalLm(1000, window, List.of()),
            kernels,
            Optional.empty(),
            GenerationConfig.defaults(),
            options,
            Duration.ZERO)) {
      GenerationConfig twenty = GenerationConfig.builder().maxNewTokens(20).build();
      return model.generate(Prompt.of(Models.prompt(270, 0)), twenty);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensPairsAndOperationsAreThoseOfPlainLoops(int window, List<Technique> techniques) {
    GenerationResult plain = generate(new PlainKernels(), window, techniques);
    GenerationResult vectorised = generate(new CpuKernels(2), window, techniques);
    assertThat(vectorised.generatedIds()).isEqualTo(plain.generatedIds());
    assertThat(vectorised.ledger().flops()).isEqualTo(plain.ledger().flops());
    assertThat(vectorised.ledger().denseFlops()).isEqualTo(plain.ledger().denseFlops());
    for (int layer = 0; layer < FakeCausalLm.LAYERS; layer++) {
      assertThat(vectorised.ledger().layers().get(layer).pairs())
          .isEqualTo(plain.ledger().layers().get(layer).pairs());
    }
    // Heads of a group share a read, so fewer bytes than one read per pair.
    assertThat(vectorised.ledger().kvBytesRead())
        .isPositive()
        .isLessThan(plain.ledger().kvBytesRead());
  }
}
