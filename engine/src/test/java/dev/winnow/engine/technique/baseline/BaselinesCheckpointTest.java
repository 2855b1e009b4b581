package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.technique.Technique;
import dev.winnow.kernels.DType;
import dev.winnow.models.testing.TinyCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every baseline on a checkpoint read from its files. */
class BaselinesCheckpointTest {
  private static final GenerationConfig TWENTY =
      GenerationConfig.builder().maxNewTokens(20).topLogProbs(2).build();

  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    Path checkpoint =
        TinyCheckpoint.builder().layers(3).maxPositions(700).write(folder.resolve("model"));
    model =
        LanguageModel.load(
            checkpoint, ModelOptions.builder().kv(DType.F32).prefillChunk(128).build());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static Stream<String> variants() {
    return BaselinesModelTest.VARIANTS.stream();
  }

  private static GenerationResult generate(Technique... techniques) {
    int[] prompt = IntStream.range(0, 300).map(i -> (i * i + 3 * i) % 64).toArray();
    try (LanguageModel own = model.withTechniques(List.of(techniques))) {
      return own.generate(Prompt.of(prompt), TWENTY);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aBudgetForAllTokensIsDense(String variant) {
    GenerationResult dense = generate();
    GenerationResult result = generate(BaselinesModelTest.technique(folder, variant, 700));
    assertThat(result.generatedIds()).isEqualTo(dense.generatedIds());
    for (int i = 0; i < 20; i++) {
      assertThat(result.logProbs().get(i).chosen())
          .isCloseTo(dense.logProbs().get(i).chosen(), within(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aSmallBudgetReadsLessAndGivesTheSameEveryTime(String variant) {
    Technique technique = BaselinesModelTest.technique(folder, variant, 48);
    GenerationResult result = generate(technique);
    assertThat(result.ledger().layers().getLast().pairs())
        .isLessThan(generate().ledger().layers().getLast().pairs());
    assertThat(generate(technique).generatedIds()).isEqualTo(result.generatedIds());
  }
}
