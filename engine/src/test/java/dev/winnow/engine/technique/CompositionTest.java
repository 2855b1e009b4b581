package dev.winnow.engine.technique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.engine.technique.fasa.Fasa;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import dev.winnow.engine.technique.fasa.FasaConfig;
import dev.winnow.engine.technique.fasa.MeanAgreement;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.HandLoop;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.OnLayers;
import dev.winnow.kernels.cpu.CpuKernels;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every pair of registered techniques, all of one's layers with all of the other's and one layer
 * each: it computes what a loop written out by hand computes, or it is refused by both names, hook
 * and layers. There is no third outcome.
 */
class CompositionTest {
  private static final int[] PROMPT = Models.prompt(90, 4);
  private static final int CHUNK = 32;
  private static final int TOKENS = 8;
  private static final GenerationConfig EIGHT =
      GenerationConfig.builder().maxNewTokens(TOKENS).topLogProbs(0).build();

  /** Budgets that leave most of {@link #PROMPT} out; a new technique adds its own. */
  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("fasa", "{'token_budget': 12, 'chunks': 1, 'dense_layers': []}"),
          Map.entry(
              "token_select", "{'token_budget': 20, 'sinks': 2, 'window': 8, 'prefill_rows': 8}"),
          Map.entry(
              "act_qkv",
              "{'token_budget': 20, 'init': 2, 'window': 8, 'block_size': 4, 'prefill_window': 8}"),
          Map.entry(
              "inf_llm",
              "{'token_budget': 20, 'init': 2, 'window': 8, 'block_size': 4, 'prefill_window': 8}"),
          Map.entry("streaming_llm", "{'token_budget': 12}"),
          Map.entry("h2o", "{'token_budget': 12}"),
          Map.entry("snap_kv", "{'token_budget': 16, 'window': 4}"),
          Map.entry("pyramid_kv", "{'token_budget': 16, 'window': 4}"),
          Map.entry("quest", "{'token_budget': 12, 'page': 4, 'dense_layers': 0}"),
          Map.entry("oracle", "{'token_budget': 12}"),
          Map.entry("random", "{'token_budget': 12, 'window': 4}"),
          Map.entry("test_window", "{'token_budget': 12}"),
          Map.entry("test_skip_layers", "{'layers': [1]}"),
          Map.entry("test_prune", "{'layer': 0}"));

  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model =
        new LanguageModel(
            new FakeCausalLm(1000),
            new CpuKernels(1),
            Optional.empty(),
            GenerationConfig.defaults(),
            Models.options().withPrefillChunk(CHUNK),
            Duration.ZERO);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static List<Arguments> pairs() {
    List<String> names = List.copyOf(Techniques.load().summaries().keySet());
    List<Arguments> pairs = new ArrayList<>();
    for (int one = 0; one < names.size(); one++) {
      for (int two = one + 1; two < names.size(); two++) {
        pairs.add(Arguments.of(names.get(one), names.get(two)));
      }
    }
    return pairs;
  }

  @Test
  void everyRegisteredTechniqueIsInTheMatrix() {
    assertThat(SMALL.keySet())
        .as("add small parameters of a new technique here")
        .isEqualTo(Techniques.load().summaries().keySet());
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aPairRunsAsIfComposedByHandOrIsRefused(String one, String two) {
    Technique first = technique(one);
    Technique second = technique(two);
    Set<Claim> both = new HashSet<>(first.claims(FakeCausalLm.LAYERS));
    both.retainAll(second.claims(FakeCausalLm.LAYERS));
    if (both.isEmpty()) {
      assertRunsAsByHand(first, second);
      return;
    }
    assertRefused(first, second, both);
    for (int layer = 0; layer < FakeCausalLm.LAYERS; layer++) {
      assertRunsAsByHand(
          new OnLayers(first, List.of(layer)),
          new OnLayers(second, List.of(FakeCausalLm.LAYERS - 1 - layer)));
    }
  }

  private static void assertRefused(Technique first, Technique second, Set<Claim> both) {
    String hook = both.iterator().next().hook().name();
    assertThatThrownBy(() -> model.withTechniques(List.of(first, second)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "techniques %s and %s both decide %s on %s; give them different layers or drop one"
                .formatted(
                    first.name(),
                    second.name(),
                    hook,
                    both.size() == FakeCausalLm.LAYERS
                        ? "every layer"
                        : "layer " + both.iterator().next().layer()));
  }

  private static void assertRunsAsByHand(Technique first, Technique second) {
    List<Technique> both = List.of(first, second);
    GenerationResult result;
    try (LanguageModel with = model.withTechniques(both)) {
      result = with.generate(Prompt.of(PROMPT), EIGHT);
    }
    List<Double> logProbs = new ArrayList<>();
    try (CpuKernels kernels = new CpuKernels(1);
        HandLoop byHand = new HandLoop(kernels, both, CHUNK)) {
      assertThat(result.generatedIds())
          .as("%s and %s", first, second)
          .isEqualTo(byHand.generate(PROMPT, TOKENS, logProbs));
    }
    for (int i = 0; i < TOKENS; i++) {
      assertThat(result.logProbs().get(i).chosen()).isCloseTo(logProbs.get(i), within(1e-5));
    }
    assertThat(result.ledger().layers())
        .as("what was left out")
        .anyMatch(layer -> layer.pairs() < layer.densePairs());
  }

  /** The technique called {@code name} with small parameters. */
  static Technique technique(String name) {
    ObjectNode parameters;
    try {
      parameters = (ObjectNode) new ObjectMapper().readTree(SMALL.get(name).replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    if (!name.equals(Fasa.NAME)) {
      return Techniques.load().create(name, parameters, "test");
    }
    // Measured on no checkpoint, so it is not looked up or compared with one.
    FasaConfig config = Parameters.bind(parameters, FasaConfig.defaults(), "test");
    return new OnLayers(new Fasa(config, calibration()), List.of(0, 1));
  }

  private static FasaCalibration calibration() {
    float[][][] agreement =
        new float[FakeCausalLm.LAYERS][FakeCausalLm.HEADS][FakeCausalLm.HEAD_DIM / 2];
    for (float[][] layer : agreement) {
      for (int head = 0; head < layer.length; head++) {
        layer[head][head % 2] = 0.5f;
      }
    }
    return new FasaCalibration(
        "none",
        "fake",
        ChunkPairing.TRUE_PAIR,
        32,
        List.of(new FasaCalibration.Source("text", "none", 100)),
        10,
        new MeanAgreement(agreement));
  }
}
