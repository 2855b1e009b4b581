package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.cache.CapacityException;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.cpu.CpuKernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every baseline in a whole model, from its config. */
class BaselinesModelTest {
  private static final int[] PROMPT = Models.prompt(300, 0);
  private static final GenerationConfig FORTY =
      GenerationConfig.builder().maxNewTokens(40).topLogProbs(2).build();

  /** Parameters beside the budget that suit a tiny model. */
  static final List<String> VARIANTS =
      List.of(
          "streaming_llm",
          "streaming_llm, positions: original",
          "h2o",
          "snap_kv, window: 8",
          "pyramid_kv",
          "quest, page: 8, dense_layers: 0",
          "quest, page: 8, dense_layers: 1, open_page: false",
          "oracle",
          "oracle, lists: kv_head",
          "oracle, unit: page, page: 8",
          "random, window: 8",
          "random, window: 8, mode: evict");

  @TempDir Path folder;

  private Technique technique(String variant, Object budget) {
    return technique(folder, variant, budget);
  }

  /** What a config says that names the technique with its parameters, and a budget. */
  static Technique technique(Path folder, String variant, Object budget) {
    String yaml =
        "metadata: {version: 1, name: test}\ntechniques:\n  - {technique: %s, token_budget: %s}\n";
    try {
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml.formatted(variant, budget));
      return RunConfig.load(file).configured().getFirst().technique();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LanguageModel open(EngineOptions options, int slidingWindow, Technique... own) {
    return open(new FakeCausalLm(1000, slidingWindow, List.of()), options, own);
  }

  private static LanguageModel open(FakeCausalLm model, EngineOptions options, Technique... own) {
    return new LanguageModel(
        model,
        new CpuKernels(2),
        Optional.empty(),
        GenerationConfig.defaults(),
        options.withTechniques(List.of(own)),
        Duration.ZERO);
  }

  static Stream<String> variants() {
    return VARIANTS.stream();
  }

  static Stream<Arguments> variantsAndTypes() {
    return VARIANTS.stream()
        .flatMap(
            variant ->
                Stream.of(DType.F32, DType.F16, DType.BF16)
                    .map(type -> Arguments.of(variant, type)));
  }

  @ParameterizedTest
  @MethodSource("variantsAndTypes")
  void aBudgetForAllTokensIsDenseInPromptAndGeneratedTokens(String variant, DType kv) {
    EngineOptions options = Models.options().withKv(kv).withPrefillChunk(128);
    // With positions inside the cache, keys are rounded before they are rotated, not after.
    boolean rotatedWhenRead = variant.equals("streaming_llm");
    Technique[] all =
        rotatedWhenRead
            ? new Technique[] {
              SinksAndWindow.of(0, 0, 1000, KeyForm.UNROTATED),
              SinksAndWindow.of(1, 0, 1000, KeyForm.UNROTATED)
            }
            : new Technique[0];
    try (LanguageModel dense = open(options, 0, all);
        LanguageModel sparse = open(options, 0, technique(variant, 1000))) {
      GenerationResult expected = dense.generate(Prompt.of(PROMPT), FORTY);
      GenerationResult result = sparse.generate(Prompt.of(PROMPT), FORTY);
      assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
      assertThat(result.logProbs()).isEqualTo(expected.logProbs());
      for (LayerLedger layer : result.ledger().layers()) {
        assertThat(layer.pairs()).isEqualTo(layer.densePairs());
        assertThat(layer.sparseRows()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void theSameConfigGivesTheSameTokensAndFewerPairsThanDense(String variant) {
    try (LanguageModel one = open(Models.options(), 0, technique(variant, 48));
        LanguageModel two =
            open(Models.options().withPrefillChunk(512), 0, technique(variant, 48));
        LanguageModel dense = open(Models.options(), 0)) {
      GenerationResult result = one.generate(Prompt.of(PROMPT), FORTY);
      assertThat(two.generate(Prompt.of(PROMPT), FORTY).generatedIds())
          .isEqualTo(result.generatedIds());
      LayerLedger layer = result.ledger().layers().get(1);
      assertThat(layer.pairs()).isLessThan(layer.densePairs());
      assertThat(layer.sparseRows()).isEqualTo(39);
      // It decides what is read: other tokens follow.
      assertThat(result.generatedIds())
          .isNotEqualTo(dense.generate(Prompt.of(PROMPT), FORTY).generatedIds());
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void sequencesSideBySideDoNotInfluenceEachOther(String variant) {
    GenerationConfig one = FORTY.toBuilder().maxNewTokens(1).build();
    try (LanguageModel model =
        open(Models.options().withPrefillChunk(128), 0, technique(variant, 48))) {
      List<Integer> alone = apart(model, PROMPT, 12);
      List<Integer> otherAlone = apart(model, Models.prompt(217, 1), 12);
      try (Session a = model.openSession().append(PROMPT);
          Session b = model.openSession().append(Models.prompt(217, 1))) {
        List<Integer> idsA = new ArrayList<>();
        List<Integer> idsB = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          idsA.addAll(a.generate(one).generatedIds());
          idsB.addAll(b.generate(one).generatedIds());
        }
        assertThat(idsA).isEqualTo(alone);
        assertThat(idsB).isEqualTo(otherAlone);
      }
    }
  }

  @Test
  void aPromptThatIsForgottenWhileItIsReadNeedsNoMoreMemoryThanIsKept() {
    int[] prompt = Models.prompt(900, 0);
    long page = 256L * 2 * FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM * Float.BYTES;
    EngineOptions roomy = Models.options().withPrefillChunk(128);
    EngineOptions tight = roomy.withKvCacheBytes(FakeCausalLm.LAYERS * page);
    Technique streaming = technique("streaming_llm", 48);
    try (LanguageModel model = open(tight, 0, streaming);
        LanguageModel other = open(roomy, 0, streaming)) {
      assertThat(apart(model, prompt, 12)).isEqualTo(apart(other, prompt, 12));
    }
    for (String kept : List.of("h2o", "snap_kv, window: 8", "quest, dense_layers: 0")) {
      try (LanguageModel model = open(tight, 0, technique(kept, 48))) {
        assertNoRoom(model, prompt);
      }
    }
    // Layers with a sliding window are not asked to evict, so that they hold everything.
    try (LanguageModel model = open(tight, 100, streaming)) {
      assertNoRoom(model, prompt);
    }
  }

  private static void assertNoRoom(LanguageModel model, int[] prompt) {
    try (Session session = model.openSession()) {
      assertThatThrownBy(() -> session.append(prompt))
          .isInstanceOf(CapacityException.class)
          .hasMessageContaining("256 tokens fit");
      assertThat(session.length()).isZero();
    }
  }

  private static List<Integer> apart(LanguageModel model, int[] prompt, int count) {
    GenerationConfig one = FORTY.toBuilder().maxNewTokens(1).build();
    List<Integer> ids = new ArrayList<>();
    try (Session session = model.openSession().append(prompt)) {
      for (int i = 0; i < count; i++) {
        ids.addAll(session.generate(one).generatedIds());
      }
    }
    return ids;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aForkGoesOnLikeItsParentAndApart(String variant) {
    try (LanguageModel model = open(Models.options(), 0, technique(variant, 48));
        Session parent = model.openSession().append(PROMPT)) {
      List<Integer> expected;
      try (Session before = parent.fork()) {
        expected = before.generate(FORTY).generatedIds();
      }
      assertThat(parent.generate(FORTY).generatedIds()).isEqualTo(expected);
      try (Session after = parent.fork();
          Session other = parent.fork().append(Models.prompt(100, 2))) {
        other.generate(FORTY);
        assertThat(after.generate(FORTY).generatedIds())
            .isEqualTo(parent.generate(FORTY).generatedIds());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aGeneratedTokenThatFailedIsComputedAgainAsIfNothingHadHappened(String variant) {
    FakeCausalLm fake = new FakeCausalLm(1000);
    try (LanguageModel model = open(fake, Models.options(), technique(variant, 48));
        Session undisturbed = model.openSession();
        Session disturbed = model.openSession()) {
      undisturbed.score(PROMPT, (position, logits) -> {});
      disturbed.score(PROMPT, (position, logits) -> {});
      for (int i = 0; i < 70; i++) {
        int id = i % 59;
        float[][] logits = new float[2][];
        undisturbed.scoreNext(id, (position, row) -> logits[0] = row.clone());
        fake.failAtToken(id);
        assertThatThrownBy(() -> disturbed.scoreNext(id, (position, row) -> {}))
            .hasMessageContaining("told to fail");
        fake.failAtToken(-1);
        disturbed.scoreNext(id, (position, row) -> logits[1] = row.clone());
        assertThat(logits[1]).containsExactly(logits[0], within(0f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void layersWithASlidingWindowAreServedToo(String variant) {
    try (LanguageModel model = open(Models.options(), 100, technique(variant, 48));
        LanguageModel dense = open(Models.options(), 100)) {
      GenerationResult result = model.generate(Prompt.of(PROMPT), FORTY);
      assertThat(result.generatedIds()).hasSize(40);
      LayerLedger layer = result.ledger().layers().getFirst();
      LayerLedger denseLayer =
          dense.generate(Prompt.of(PROMPT), FORTY).ledger().layers().getFirst();
      assertThat(layer.pairs()).isLessThanOrEqualTo(denseLayer.pairs());
    }
  }

  @Test
  void thoseThatEvictGiveMemoryBack() {
    for (String variant :
        List.of(
            "streaming_llm",
            "h2o",
            "snap_kv, window: 8",
            "pyramid_kv",
            "random, window: 8, mode: evict")) {
      try (LanguageModel model = open(Models.options(), 0, technique(variant, 48));
          Session session = model.openSession().append(Models.prompt(600, 0))) {
        if (!variant.equals("streaming_llm")) { // which has evicted between chunks
          assertThat(model.kvBytes()).isEqualTo(model.estimateKvBytes(600));
        }
        session.generate(FORTY);
        assertThat(model.kvBytes()).isEqualTo(model.estimateKvBytes(256));
      }
    }
  }

  @Test
  void whatIsScoredToChooseIsCounted() {
    try (LanguageModel quest =
            open(Models.options(), 0, technique("quest, page: 8, dense_layers: 1", 48));
        LanguageModel oracle = open(Models.options(), 0, technique("oracle", 48))) {
      GenerationConfig two = FORTY.toBuilder().maxNewTokens(2).build();
      int kvWidth = FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM;
      List<LayerLedger> ofQuest = quest.generate(Prompt.of(PROMPT), two).ledger().layers();
      // One step over 301 keys: minima and maxima of 38 pages.
      assertThat(ofQuest.get(0).selectionBytes()).isZero();
      assertThat(ofQuest.get(1).selectionBytes()).isEqualTo(2L * 38 * kvWidth * Float.BYTES);
      List<LayerLedger> ofOracle = oracle.generate(Prompt.of(PROMPT), two).ledger().layers();
      assertThat(ofOracle.get(0).selectionBytes()).isEqualTo(301L * kvWidth * Float.BYTES);
    }
  }
}
