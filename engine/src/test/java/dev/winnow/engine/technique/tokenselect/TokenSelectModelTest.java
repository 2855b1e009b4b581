package dev.winnow.engine.technique.tokenselect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.sampling.TokenLogProbs;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.cpu.CpuKernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TokenSelect in a whole model, prompt and generated tokens. */
class TokenSelectModelTest {
  private static final int[] PROMPT = Models.prompt(300, 0);
  private static final GenerationConfig TEN =
      GenerationConfig.builder().maxNewTokens(10).topLogProbs(3).build();
  private static final String NO_REUSE = ", cache_threshold: 1.1";

  private static LanguageModel open(EngineOptions options, int slidingWindow, Technique... own) {
    return new LanguageModel(
        new FakeCausalLm(1000, slidingWindow, List.of()),
        new CpuKernels(2),
        Optional.empty(),
        GenerationConfig.defaults(),
        options.withTechniques(List.of(own)),
        Duration.ZERO);
  }

  private static LanguageModel open(Technique... own) {
    return open(Models.options(), 0, own);
  }

  private static TokenSelect small(String more) {
    return Configs.technique("token_budget: 17, sinks: 3, window: 8, prefill_rows: 8" + more);
  }

  private static void assertSame(GenerationResult result, GenerationResult expected) {
    assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
    List<TokenLogProbs> probs = expected.logProbs();
    for (int i = 0; i < probs.size(); i++) {
      assertThat(result.logProbs().get(i).chosen()).isCloseTo(probs.get(i).chosen(), within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void aBudgetForAllTokensIsDense(DType kv) {
    EngineOptions options = Models.options().withKv(kv);
    String wide = "token_budget: 310, sinks: 3, window: 8, prefill_rows: 8";
    try (LanguageModel dense = open(options, 0);
        LanguageModel denseRotatingKeysWhenRead =
            open(
                options,
                0,
                SinksAndWindow.of(0, 0, 1000, KeyForm.UNROTATED),
                SinksAndWindow.of(1, 0, 1000, KeyForm.UNROTATED));
        LanguageModel compact = open(options, 0, Configs.technique(wide));
        LanguageModel asStored = open(options, 0, Configs.technique(wide + ", positions: true"))) {
      GenerationResult rotated = asStored.generate(Prompt.of(PROMPT), TEN);
      assertSame(rotated, dense.generate(Prompt.of(PROMPT), TEN));
      // Keys are rounded before they are rotated instead of after, so half precision differs.
      GenerationResult unrotated = compact.generate(Prompt.of(PROMPT), TEN);
      assertSame(unrotated, denseRotatingKeysWhenRead.generate(Prompt.of(PROMPT), TEN));
      if (kv == DType.F32) {
        assertSame(unrotated, rotated);
      }
      for (GenerationResult result : List.of(rotated, unrotated)) {
        assertThat(result.ledger().layers()).allMatch(layer -> layer.sparseRows() == 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100})
  void neitherTheChunkNorTheRunChangesWhatIsGenerated(int slidingWindow) {
    List<GenerationResult> results = new ArrayList<>();
    for (int chunk : new int[] {8, 64, 512}) {
      try (LanguageModel model =
          open(Models.options().withPrefillChunk(chunk), slidingWindow, small(""))) {
        results.add(model.generate(Prompt.of(PROMPT), TEN));
        results.add(model.generate(Prompt.of(PROMPT), TEN));
      }
    }
    assertThat(results).allSatisfy(result -> assertSame(result, results.getFirst()));
  }

  @Test
  void theLedgerCountsTheBudgetForEveryTokenPastIt() {
    try (LanguageModel model = open(small(NO_REUSE))) {
      GenerationResult result = model.generate(Prompt.of(PROMPT), TEN);
      for (LayerLedger layer : result.ledger().layers()) {
        // Two chunks of the prompt see 8 and 16 tokens; 293 rows come after them.
        assertThat(layer.sparseRows()).isEqualTo(293);
        // Each of 36 full chunks: rows see 10 to 17 keys; the last chunk has four, 14 to 17.
        long chunked = 16 * 17 / 2 + 35 * 8 * 27 / 2 + 4 * 31 / 2;
        long pairs = chunked + 9 * 17;
        assertThat(layer.pairs()).isEqualTo(pairs * FakeCausalLm.HEADS);
      }
    }
  }

  @Test
  void sequencesSideBySideDoNotInfluenceEachOther() {
    try (LanguageModel model = open(small(NO_REUSE))) {
      List<List<Integer>> apart = new ArrayList<>();
      for (int variant = 0; variant < 2; variant++) {
        try (Session alone = model.openSession().append(Models.prompt(200, variant))) {
          apart.add(alone.generate(TEN).generatedIds());
        }
      }
      GenerationConfig one = GenerationConfig.builder().maxNewTokens(1).build();
      try (Session a = model.openSession().append(Models.prompt(200, 0));
          Session b = model.openSession().append(Models.prompt(200, 1))) {
        for (int i = 0; i < 10; i++) {
          assertThat(a.generate(one).generatedIds()).containsExactly(apart.get(0).get(i));
          assertThat(b.generate(one).generatedIds()).containsExactly(apart.get(1).get(i));
        }
      }
    }
  }

  @Test
  void aForkGoesOnLikeItsParent() {
    try (LanguageModel model = open(small(NO_REUSE));
        Session parent = model.openSession().append(PROMPT)) {
      parent.generate(TEN);
      List<Integer> ofFork;
      try (Session fork = parent.fork()) {
        ofFork = fork.generate(TEN).generatedIds();
      }
      assertThat(parent.generate(TEN).generatedIds()).isEqualTo(ofFork);
    }
  }

  @Test
  void aSessionGoesOnAfterAFailedStepAsIfItHadNotBeen() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    EngineOptions options = Models.options().withTechniques(List.of(small(NO_REUSE)));
    try (LanguageModel model = Models.open(fake, options);
        Session session = model.openSession().append(PROMPT);
        Session fork = session.fork()) {
      GenerationConfig three = GenerationConfig.builder().maxNewTokens(3).build();
      int[] generated =
          fork.generate(TEN).generatedIds().stream().mapToInt(Integer::intValue).toArray();
      session.generate(three);
      fake.failAtToken(60);
      assertThatThrownBy(() -> session.append(Models.prompt(70, 2)).generate(three))
          .isInstanceOf(IllegalStateException.class);
      fake.failAtToken(-1);
      assertThat(session.ids())
          .startsWith(PROMPT)
          .endsWith(generated[0], generated[1], generated[2]);
      assertThat(session.generate(three).generatedIds())
          .containsExactly(generated[3], generated[4], generated[5]);
    }
  }

  @Test
  void whatIsReadDecidesWhatIsGenerated() {
    try (LanguageModel dense = open();
        LanguageModel model = open(small(NO_REUSE))) {
      assertThat(model.generate(Prompt.of(PROMPT), TEN).logProbs())
          .isNotEqualTo(dense.generate(Prompt.of(PROMPT), TEN).logProbs());
    }
  }
}
