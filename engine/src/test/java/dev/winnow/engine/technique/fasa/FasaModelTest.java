package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.TokenEvent;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import dev.winnow.kernels.DType;
import dev.winnow.models.testing.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The technique on a whole model with random weights. */
class FasaModelTest {
  private static final int TOKENS = 24;
  private static final GenerationConfig CONFIG =
      GenerationConfig.builder().maxNewTokens(TOKENS).eosTokenIds().build();

  @TempDir static Path shared;

  private static final Map<DType, LanguageModel> MODELS = new EnumMap<>(DType.class);

  private static Path folder;
  private static FasaCalibration calibration;

  @BeforeAll
  static void write() {
    folder = TinyCheckpoint.builder().layers(3).maxPositions(700).write(shared.resolve("model"));
    for (DType kv : List.of(DType.F32, DType.F16, DType.BF16)) {
      ModelOptions options = ModelOptions.builder().threads(1).kv(kv).build();
      MODELS.put(kv, LanguageModel.load(folder, options));
    }
    String fingerprint = MODELS.get(DType.F16).fingerprint();
    calibration = CalibrationFixtures.calibration(fingerprint, ChunkPairing.TRUE_PAIR, 3, 4, 4);
  }

  @AfterAll
  static void close() {
    MODELS.values().forEach(LanguageModel::close);
  }

  private static int[] prompt(int length) {
    return new Random(length).ints(length, 0, 64).toArray();
  }

  private static Fasa fasa(int budget, Sets sets, Lists lists) {
    return new Fasa(Configs.of(budget, 2, sets, lists), calibration);
  }

  static Stream<Arguments> modes() {
    return Stream.of(DType.F32, DType.F16, DType.BF16)
        .flatMap(
            kv ->
                Stream.of(
                    Arguments.of(kv, Sets.PER_QUERY_HEAD, Lists.PER_QUERY_HEAD),
                    Arguments.of(kv, Sets.PER_KV_HEAD, Lists.PER_QUERY_HEAD),
                    Arguments.of(kv, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD),
                    Arguments.of(kv, Sets.PER_QUERY_HEAD, Lists.PER_LAYER)));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void with_a_budget_of_all_tokens_it_generates_the_dense_tokens(DType kv, Sets sets, Lists lists) {
    LanguageModel dense = MODELS.get(kv);
    try (LanguageModel sparse = dense.withTechniques(List.of(fasa(280 + TOKENS, sets, lists)))) {
      Prompt prompt = Prompt.of(prompt(280));

      GenerationResult result = sparse.generate(prompt, CONFIG);

      assertThat(result.generatedIds()).isEqualTo(dense.generate(prompt, CONFIG).generatedIds());
      assertThat(result.ledger().layers()).allMatch(layer -> layer.sparseRows() == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void with_a_small_budget_generated_tokens_read_so_many_and_no_more(
      DType kv, Sets sets, Lists lists) {
    LanguageModel dense = MODELS.get(kv);
    try (LanguageModel sparse = dense.withTechniques(List.of(fasa(20, sets, lists)))) {
      List<LayerLedger> layers = sparse.generate(Prompt.of(prompt(280)), CONFIG).ledger().layers();

      // The first token comes out of the prompt's last step.
      int decoded = TOKENS - 1;
      assertThat(layers.get(0).sparseRows()).isZero();
      for (int layer = 1; layer < 3; layer++) {
        assertThat(layers.get(layer).sparseRows()).isEqualTo(decoded);
        long prefill = 4L * 280 * 281 / 2;
        assertThat(layers.get(layer).pairs()).isEqualTo(prefill + 4L * 20 * decoded);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void repeated_and_side_by_side_it_generates_the_same_tokens(DType kv, Sets sets, Lists lists) {
    LanguageModel dense = MODELS.get(kv);
    try (LanguageModel sparse = dense.withTechniques(List.of(fasa(20, sets, lists)))) {
      List<Integer> alone = sparse.generate(Prompt.of(prompt(280)), CONFIG).generatedIds();
      List<Integer> besides = new ArrayList<>();
      try (Stream<TokenEvent> one = sparse.stream(Prompt.of(prompt(280)), CONFIG);
          Stream<TokenEvent> other = sparse.stream(Prompt.of(prompt(301)), CONFIG)) {
        Iterator<TokenEvent> others = other.iterator();
        one.iterator()
            .forEachRemaining(
                event -> {
                  besides.add(event.id());
                  others.next();
                });
      }

      assertThat(besides).isEqualTo(alone);
    }
  }

  @Test
  void a_fork_goes_on_as_the_session_itself_would() {
    LanguageModel dense = MODELS.get(DType.F16);
    try (LanguageModel sparse =
            dense.withTechniques(List.of(fasa(20, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD)));
        Session session = sparse.openSession().append(prompt(300))) {
      try (Session fork = session.fork()) {
        fork.append(prompt(77));
        fork.generate(CONFIG);
      }
      List<Integer> generated = session.generate(CONFIG).generatedIds();

      assertThat(generated)
          .isEqualTo(sparse.generate(Prompt.of(prompt(300)), CONFIG).generatedIds());
    }
  }

  @Test
  void packed_keys_count_as_memory_of_the_sequence() {
    LanguageModel dense = MODELS.get(DType.F16);
    try (LanguageModel sparse =
        dense.withTechniques(List.of(fasa(20, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD)))) {
      Prompt prompt = Prompt.of(prompt(300));
      long without = dense.generate(prompt, CONFIG).metrics().peakKvBytes();

      long with = sparse.generate(prompt, CONFIG).metrics().peakKvBytes();

      // Two layers of two pages of 256 tokens, two heads, two pairs, two bytes; and scratch memory.
      assertThat(with - without).isBetween(2L * 512 * 2 * 4 * 2, 2L * 512 * 2 * 4 * 2 + 64_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"'recent_tokens': 0", "'recent_tokens': 300, 'cached_tokens': 256"})
  void with_keys_and_values_in_a_file_it_generates_the_same_tokens(String more) {
    LanguageModel dense = MODELS.get(DType.F16);
    Prompt prompt = Prompt.of(prompt(650));
    Fasa packed = new Fasa(Configs.published(20, 2, "'memory': 'packed', " + more), calibration);
    try (LanguageModel inMemory =
            dense.withTechniques(List.of(new Fasa(Configs.published(20, 2), calibration)));
        LanguageModel inFile = dense.withTechniques(List.of(packed))) {
      GenerationResult expected = inMemory.generate(prompt, CONFIG);

      GenerationResult result = inFile.generate(prompt, CONFIG);

      assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
      assertThat(result.ledger().layers()).isEqualTo(expected.ledger().layers());
      // At least one page of keys and values in each layer but the dense one.
      assertThat(result.metrics().spilledBytes()).isGreaterThanOrEqualTo(2L * 256 * 2 * 2 * 8 * 2);
      assertThat(expected.metrics().spilledBytes()).isZero();
    }
  }

  @Test
  void a_calibration_of_another_checkpoint_is_refused_when_the_model_loads() {
    FasaCalibration foreign =
        CalibrationFixtures.calibration("0".repeat(64), ChunkPairing.TRUE_PAIR, 3, 4, 4);
    Fasa fasa = new Fasa(Configs.published(20, 2), foreign);

    assertThatThrownBy(
            () -> LanguageModel.load(folder, ModelOptions.builder().techniques(fasa).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("measured on a model, another checkpoint than this one")
        .hasMessageContaining("winnow calibrate fasa");
  }

  @Test
  void without_a_calibration_the_message_says_how_to_make_one() {
    Fasa fasa = Fasa.of(Configs.published(20, 2));

    assertThatThrownBy(
            () -> LanguageModel.load(folder, ModelOptions.builder().techniques(fasa).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("calibration is missing")
        .hasMessageContaining("winnow calibrate fasa --model MODEL --text FILE --out FILE");
  }

  @ParameterizedTest
  @CsvSource({"2, 4, 4", "3, 2, 4", "3, 4, 8"})
  void a_calibration_of_another_shape_is_refused(int layers, int heads, int chunks) {
    FasaCalibration bent =
        CalibrationFixtures.calibration(
            calibration.fingerprint(), ChunkPairing.TRUE_PAIR, layers, heads, chunks);
    Fasa fasa = new Fasa(Configs.published(20, 2), bent);

    assertThatThrownBy(
            () -> LanguageModel.load(folder, ModelOptions.builder().techniques(fasa).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "has %d layers, %d heads and %d chunks".formatted(layers, heads, chunks))
        .hasMessageContaining("the model has 3, 4 and 4");
  }

  @Test
  void where_a_sparse_step_reads_as_much_it_is_dense_and_says_so() {
    FasaConfig config =
        Configs.of(
            "{'token_budget': 200, 'chunks': 3, 'sets': 'per_query_head', 'lists': 'per_query_head'}");
    LanguageModel dense = MODELS.get(DType.F16);
    try (LanguageModel model = dense.withTechniques(List.of(new Fasa(config, calibration)))) {
      GenerationResult result = model.generate(Prompt.of(prompt(400)), CONFIG);

      assertThat(result.ledger().layers()).allMatch(layer -> layer.sparseRows() == 0);
      assertThat(result.ledger().kvBytesRead()).isEqualTo(result.ledger().denseKvBytesRead());
    }
  }
}
