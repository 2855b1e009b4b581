package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a technique evicts is gone for good, and everything else goes on as if it were there. */
class EvictionTest {
  private static final long PAGE =
      256L * 2 * FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM * Float.BYTES;
  private static final GenerationConfig TWELVE =
      GenerationConfig.builder().maxNewTokens(12).topLogProbs(3).build();

  /** Which rows each KV head keeps, and when. */
  private interface Choice {
    int[][] of(int layer, Phase phase, int rows);
  }

  /** Evicts on all layers what {@code choice} does not keep. */
  private record Evict(Choice choice, List<String> asked) implements Technique {
    @Override
    public String name() {
      return "test_evict";
    }

    @Override
    public List<Claim> claims(int layers) {
      return Claim.range(Hook.PLAN, 0, layers);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return new TechniqueSession() {
        @Override
        public int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
          asked.add(layer + " " + phase + " " + cache.length());
          return choice.of(layer, phase, cache.length());
        }

        @Override
        public AttentionPlan plan(PlanRequest request) {
          return request.reading(new KeyRows.Range(0, request.cache().length()));
        }

        @Override
        public TechniqueSession fork() {
          return this;
        }
      };
    }
  }

  /** Keeps everything and reads what is not hidden from generated tokens, by KV head. */
  private record Hide(int[][] kept, int prompt) implements Technique {
    @Override
    public String name() {
      return "test_hide";
    }

    @Override
    public List<Claim> claims(int layers) {
      return Claim.range(Hook.PLAN, 0, layers);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return new TechniqueSession() {
        @Override
        public KeyForm keyForm() {
          return KeyForm.ROTATED;
        }

        @Override
        public AttentionPlan plan(PlanRequest request) {
          if (request.phase() == Phase.PREFILL) {
            return request.dense();
          }
          IntStream generated = IntStream.range(prompt, request.cache().length());
          int[] behind = generated.toArray();
          return request.reading(
              new KeyRows.Gathered(
                  Arrays.stream(kept)
                      .map(
                          list ->
                              IntStream.concat(IntStream.of(list), IntStream.of(behind)).toArray())
                      .toArray(int[][]::new)));
        }

        @Override
        public TechniqueSession fork() {
          return this;
        }
      };
    }
  }

  private static LanguageModel model(Technique technique) {
    return Models.open(Models.options().withTechniques(List.of(technique)));
  }

  private static Evict evict(Choice choice) {
    return new Evict(choice, new ArrayList<>());
  }

  private static int[][] last(int count, int rows) {
    int[] list = IntStream.range(rows - count, rows).toArray();
    return new int[][] {list, list};
  }

  /** Forgets all but the last ten rows when the first token is generated. */
  private static Choice onceDownToTen(int prompt) {
    return (layer, phase, rows) -> phase == Phase.DECODE && rows == prompt ? last(10, rows) : null;
  }

  private static void assertSame(GenerationResult result, GenerationResult expected) {
    assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
    for (int i = 0; i < expected.logProbs().size(); i++) {
      assertThat(result.logProbs().get(i).chosen())
          .isCloseTo(expected.logProbs().get(i).chosen(), within(1e-6));
    }
  }

  @Test
  void tokensGeneratedAfterAnEvictionStandWhereTheyWouldHaveStood() {
    int[][] kept = {{0, 5, 6, 7, 100, 271, 299}, {1, 2, 90, 150, 151, 298, 299}};
    Evict evict = evict((layer, phase, rows) -> phase == Phase.DECODE && rows == 300 ? kept : null);
    Prompt prompt = Prompt.of(Models.prompt(300, 0));
    try (LanguageModel evicting = model(evict);
        LanguageModel hiding = model(new Hide(kept, 300));
        LanguageModel dense = Models.open(Models.options())) {
      GenerationResult result = evicting.generate(prompt, TWELVE);
      assertSame(result, hiding.generate(prompt, TWELVE));
      assertThat(result.generatedIds()).isNotEqualTo(dense.generate(prompt, TWELVE).generatedIds());
    }
  }

  @Test
  void everyLayerIsAskedBeforeTheRowsOfAStepAreStored() {
    Evict evict = evict((layer, phase, rows) -> null);
    EngineOptions chunked = Models.options().withPrefillChunk(3).withTechniques(List.of(evict));
    try (LanguageModel model = Models.open(chunked)) {
      GenerationConfig three = GenerationConfig.builder().maxNewTokens(3).build();
      model.generate(Prompt.of(Models.prompt(5, 0)), three);
      assertThat(evict.asked())
          .containsExactly(
              "0 PREFILL 0",
              "1 PREFILL 0",
              "0 PREFILL 3",
              "1 PREFILL 3",
              "0 DECODE 5",
              "1 DECODE 5",
              "0 DECODE 6",
              "1 DECODE 6");
    }
  }

  @Test
  void memoryGoesBackToThePoolAndThePeakIsThatOfThePrompt() {
    Evict evict = evict(onceDownToTen(700));
    try (LanguageModel model = model(evict);
        Session session = model.openSession().append(Models.prompt(700, 0))) {
      assertThat(model.kvBytes()).isEqualTo(2 * 3 * PAGE);
      GenerationResult result = session.generate(TWELVE);
      assertThat(model.kvBytes()).isEqualTo(2 * PAGE);
      assertThat(result.metrics().peakKvBytes()).isEqualTo(2 * 3 * PAGE);
    }
  }

  @Test
  void whatIsEvictedBetweenChunksNeedsNoRoom() {
    // Without eviction 700 tokens take three pages a layer.
    Evict evict = evict((layer, phase, rows) -> rows > 30 ? last(30, rows) : null);
    EngineOptions options = Models.options().withPrefillChunk(100).withTechniques(List.of(evict));
    try (LanguageModel model = Models.open(options)) {
      GenerationResult result = model.generate(Prompt.of(Models.prompt(700, 0)), TWELVE);
      assertThat(result.metrics().peakKvBytes()).isEqualTo(2 * PAGE);
      LayerLedger layer = result.ledger().layers().getFirst();
      // 100 rows over themselves, then six times 100 rows over 30 and themselves, 11 over 31.
      assertThat(layer.pairs())
          .isEqualTo((7 * 5050L + 6 * 100 * 30 + 11 * 31) * FakeCausalLm.HEADS);
      assertThat(layer.densePairs()).isEqualTo(711L * 712 / 2 * FakeCausalLm.HEADS);
      assertThat(layer.sparseRows()).isEqualTo(711);
    }
  }

  @Test
  void aForkMadeBeforeIsNotAffected() {
    int[] prompt = Models.prompt(300, 0);
    Evict evict = evict(onceDownToTen(300));
    try (LanguageModel model = model(evict);
        Session session = model.openSession().append(prompt)) {
      List<Integer> first;
      try (Session fork = session.fork()) {
        first = fork.generate(TWELVE).generatedIds();
        assertThat(model.kvBytes()).isGreaterThan(4 * PAGE);
      }
      assertThat(model.kvBytes()).isEqualTo(4 * PAGE);
      assertThat(session.fork().generate(TWELVE).generatedIds()).isEqualTo(first);
      assertThat(session.generate(TWELVE).generatedIds()).isEqualTo(first);
      assertThat(model.generate(Prompt.of(prompt), TWELVE).generatedIds()).isEqualTo(first);
    }
  }

  @Test
  void aForkMadeAfterwardsGoesOnLikeItsParent() {
    Evict evict = evict(onceDownToTen(300));
    try (LanguageModel model = model(evict);
        Session session = model.openSession().append(Models.prompt(300, 0))) {
      session.generate(TWELVE);
      try (Session fork = session.fork()) {
        assertThat(fork.generate(TWELVE).generatedIds())
            .isEqualTo(session.generate(TWELVE).generatedIds());
      }
    }
  }

  @Test
  void aGeneratedTokenThatFailsAfterItsEvictionIsTriedAgainAndNothingElse() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    Evict evict = evict((layer, phase, rows) -> rows >= 50 ? last(40, rows) : null);
    EngineOptions options = Models.options().withTechniques(List.of(evict));
    List<Integer> expected;
    try (LanguageModel model = Models.open(new FakeCausalLm(1000), options)) {
      expected = model.generate(Prompt.of(Models.prompt(50, 0)), TWELVE).generatedIds();
    }
    try (LanguageModel model = Models.open(fake, options);
        Session session = model.openSession().append(Models.prompt(50, 0))) {
      fake.failAtToken(expected.getFirst());
      assertThatThrownBy(() -> session.generate(TWELVE)).hasMessageContaining("told to fail");
      fake.failAtToken(-1);
      assertThat(session.length()).isEqualTo(51);
      GenerationConfig eleven = TWELVE.toBuilder().maxNewTokens(11).build();
      assertThat(session.generate(eleven).generatedIds()).isEqualTo(expected.subList(1, 12));
    }
  }

  @Test
  void aPromptThatFailsAfterAnEvictionClosesTheSessionAndGivesItsMemoryBack() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    Evict evict = evict((layer, phase, rows) -> rows > 30 ? last(30, rows) : null);
    EngineOptions options = Models.options().withPrefillChunk(100).withTechniques(List.of(evict));
    int[] prompt = IntStream.of(Models.prompt(250, 0)).map(id -> Math.min(id, 59)).toArray();
    prompt[229] = 60; // in the third chunk
    try (LanguageModel model = Models.open(fake, options);
        Session session = model.openSession()) {
      session.append(3, 1, 4);
      fake.failAtToken(60);
      assertThatThrownBy(() -> session.append(prompt)).hasMessageContaining("told to fail");
      assertThatThrownBy(() -> session.append(1)).hasMessage("the session is closed");
      assertThat(model.kvBytes()).isZero();
      fake.failAtToken(-1);
      assertThat(model.generate(Prompt.of(prompt), TWELVE).generatedIds()).hasSize(12);
    }
  }

  @Test
  void layersWithASlidingWindowAreNotAsked() {
    Evict evict = evict((layer, phase, rows) -> last(1, rows));
    EngineOptions options = Models.options().withTechniques(List.of(evict));
    try (LanguageModel model = Models.open(new FakeCausalLm(1000, 20, List.of()), options)) {
      assertThat(model.generate(Prompt.of(Models.prompt(50, 0)), TWELVE).generatedIds())
          .hasSize(12);
      assertThat(evict.asked()).isEmpty();
    }
  }

  @Test
  void listsThatDoNotFitAreAnErrorAndTheSessionLivesOn() {
    boolean[] broken = {true};
    Evict evict =
        evict(
            (layer, phase, rows) ->
                broken[0] && phase == Phase.DECODE ? new int[][] {{rows}, {0}} : null);
    try (LanguageModel model = model(evict);
        Session session = model.openSession().append(Models.prompt(50, 0))) {
      assertThatThrownBy(() -> session.generate(TWELVE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rows to keep must ascend within [0, 50), got 50 at index 0");
      broken[0] = false;
      assertThat(session.generate(TWELVE).generatedIds()).hasSize(12);
    }
  }

  @Test
  void aFullPoolRefusesToCopySharedPagesAndTheSessionLivesOn() {
    Evict evict =
        evict((layer, phase, rows) -> phase == Phase.DECODE && rows > 200 ? last(200, rows) : null);
    EngineOptions options =
        Models.options().withKvCacheBytes(2 * PAGE).withTechniques(List.of(evict));
    try (LanguageModel model = Models.open(options);
        Session session = model.openSession().append(Models.prompt(240, 0))) {
      List<Integer> alone;
      try (Session fork = session.fork()) {
        assertThatThrownBy(() -> session.scoreNext(3, (position, logits) -> {}))
            .hasMessageContaining("kv_cache_bytes is " + 2 * PAGE);
        assertThat(fork.length()).isEqualTo(240);
      }
      alone = session.generate(TWELVE).generatedIds();
      try (LanguageModel roomy = Models.open(Models.options().withTechniques(List.of(evict)))) {
        assertThat(roomy.generate(Prompt.of(Models.prompt(240, 0)), TWELVE).generatedIds())
            .isEqualTo(alone);
      }
    }
  }
}
