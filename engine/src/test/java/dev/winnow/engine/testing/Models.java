package dev.winnow.engine.testing;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.kernels.DType;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;

/** Language models over {@link FakeCausalLm} and {@link PlainKernels}. */
public final class Models {
  private Models() {}

  /** Exact storage and a context of 1000. */
  public static EngineOptions options() {
    return EngineOptions.defaults().withKv(DType.F32);
  }

  /** A model with a context of 1000 and a codec. */
  public static LanguageModel open(EngineOptions options) {
    return open(new FakeCausalLm(1000), options);
  }

  /** {@code model} with a codec. */
  public static LanguageModel open(FakeCausalLm model, EngineOptions options) {
    return new LanguageModel(
        model,
        new PlainKernels(),
        Optional.of(new LetterCodec()),
        GenerationConfig.defaults(),
        options,
        Duration.ofMillis(5));
  }

  /** A prompt of {@code length} varied ids that depends on {@code variant}. */
  public static int[] prompt(int length, int variant) {
    return IntStream.range(0, length)
        .map(i -> (i * 7 + i * i % 11 + variant * 13 + 1) % FakeCausalLm.VOCAB)
        .toArray();
  }
}
