package dev.winnow.bench.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shadow mode tells what a plan loses, and changes nothing. */
class AttentionDiagnosisTest {
  private static final int PROMPT = 200;
  private static final int NEW_TOKENS = 9;
  private static final int BUDGET = 48;

  @TempDir static Path folder;
  private static LanguageModel dense;

  @BeforeAll
  static void load() throws IOException {
    TinyCheckpoint.builder().build().write(folder.resolve("model"));
    dense = LanguageModel.load(folder.resolve("model"), ModelOptions.defaults());
  }

  @AfterAll
  static void close() {
    dense.close();
  }

  @Test
  void everyLayerOfAWatchedStepHasAValueForEachHead() {
    List<LayerDiagnosis> seen = diagnose("oracle", BUDGET, 1, false);
    assertThat(seen).isNotEmpty();
    assertThat(seen).extracting(LayerDiagnosis::phase).containsOnly(Phase.DECODE);
    // The first new token comes from the prompt; the last is never computed.
    assertThat(seen.stream().map(LayerDiagnosis::position).distinct())
        .containsExactlyElementsOf(
            IntStream.range(PROMPT, PROMPT + NEW_TOKENS - 1).boxed().toList());
    for (LayerDiagnosis layer : seen) {
      assertThat(layer.keys()).isEqualTo(layer.position() + 1);
      assertThat(layer.kept()).hasSize(dense.config().heads()).containsOnly(BUDGET);
      assertThat(layer.recall()).allMatch(recall -> recall > 0 && recall <= 1);
      assertThat(layer.overlap()).allMatch(overlap -> overlap >= 0 && overlap <= 1);
    }
  }

  @Test
  void theOracleReadsTheBestRowsOfAllAndLosesLeast() {
    List<LayerDiagnosis> oracle = diagnose("oracle", BUDGET, 1, false);
    assertThat(oracle).allSatisfy(layer -> assertThat(layer.overlap()).containsOnly(1.0));
    double best = summary(oracle).meanRecall();
    for (String other : List.of("random", "quest", "streaming_llm")) {
      assertThat(summary(diagnose(other, BUDGET, 1, false)).meanRecall())
          .as(other)
          .isLessThanOrEqualTo(best + 1e-6);
    }
  }

  @Test
  void whereKeysStandAtTheirOwnPositionsTheGapIsTheLogarithmOfTheRecall() {
    for (LayerDiagnosis layer : diagnose("oracle", BUDGET, 1, false)) {
      for (int head = 0; head < layer.recall().size(); head++) {
        assertThat(layer.logSumExpGap().get(head))
            .isCloseTo(-Math.log(layer.recall().get(head)), within(1e-3));
      }
    }
  }

  @Test
  void outputsDifferByNoMoreThanWhatIsLeftOutAllows() {
    for (LayerDiagnosis layer : diagnose("oracle", 190, 1, false)) {
      for (int head = 0; head < layer.recall().size(); head++) {
        assertThat(layer.cosine().get(head)).isGreaterThan(0.9);
        assertThat(layer.relativeError().get(head)).isLessThan(0.5);
      }
    }
  }

  @Test
  void onlyOneStepInSoManyIsWatched() {
    assertThat(
            diagnose("oracle", BUDGET, 4, false).stream().map(LayerDiagnosis::position).distinct())
        .containsExactly(PROMPT, PROMPT + 4);
  }

  @Test
  void denseStepsHaveNothingToTell() {
    assertThat(diagnose("oracle", 1000, 1, true)).isEmpty();
  }

  @Test
  void watchingChangesNeitherTheTextNorTheAccount() {
    try (LanguageModel sparse = dense.withTechniques(List.of(technique("oracle", BUDGET)))) {
      GenerationResult alone = generate(sparse);
      List<LayerDiagnosis> seen = new ArrayList<>();
      try (LanguageModel watched = sparse.observedBy(new AttentionDiagnosis(1, true, seen::add))) {
        GenerationResult beside = generate(watched);
        assertThat(beside.generatedIds()).isEqualTo(alone.generatedIds());
        assertThat(beside.ledger()).isEqualTo(alone.ledger());
      }
      assertThat(seen).isNotEmpty();
    }
  }

  @Test
  void linesAreJsonAndThePictureIsAPicture() throws IOException {
    List<LayerDiagnosis> seen = diagnose("random", BUDGET, 1, false);
    Path file = folder.resolve("loss.jsonl");
    try (DiagnosisFile lines = new DiagnosisFile(file)) {
      seen.forEach(lines::write);
    }
    List<String> written = Files.readAllLines(file);
    assertThat(written).hasSameSizeAs(seen);
    JsonNode first = JsonMapper.builder().build().readTree(written.getFirst());
    assertThat(first.fieldNames())
        .toIterable()
        .containsExactly(
            "position",
            "phase",
            "layer",
            "rows",
            "keys",
            "kept",
            "recall",
            "overlap",
            "relative_error",
            "cosine",
            "log_sum_exp_gap");
    assertThat(first.get("phase").asText()).isEqualTo("decode");
    assertThat(first.get("recall")).hasSize(dense.config().heads());

    Path picture = folder.resolve("loss.png");
    RecallMap.write(summary(seen).recall(), "recall", picture);
    assertThat(ImageIO.read(picture.toFile()).getWidth()).isGreaterThan(400);
  }

  @Test
  void aRateBelowOneIsRefused() {
    assertThatThrownBy(() -> new AttentionDiagnosis(0, false, layer -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("diagnose_every must be >= 1, got 0");
  }

  private static List<LayerDiagnosis> diagnose(
      String technique, int budget, int every, boolean prompts) {
    List<LayerDiagnosis> seen = new ArrayList<>();
    try (LanguageModel sparse = dense.withTechniques(List.of(technique(technique, budget)));
        LanguageModel watched =
            sparse.observedBy(new AttentionDiagnosis(every, prompts, seen::add))) {
      generate(watched);
    }
    return seen;
  }

  private static Technique technique(String name, int budget) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("token_budget", budget);
    return Techniques.load().create(name, parameters, "test: " + name);
  }

  private static GenerationResult generate(LanguageModel model) {
    int vocabulary = model.config().vocabSize();
    int[] prompt = IntStream.range(0, PROMPT).map(i -> (7 * i + i * i % 11) % vocabulary).toArray();
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(NEW_TOKENS).eosTokenIds().build();
    return model.generate(Prompt.of(prompt), config);
  }

  private static DiagnosisSummary summary(List<LayerDiagnosis> seen) {
    DiagnosisSummary summary =
        new DiagnosisSummary(dense.config().layers(), dense.config().heads());
    seen.forEach(summary::add);
    return summary;
  }
}
