package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.engine.testing.SkipLayers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Totals by hand: hidden 16, intermediate 24, 4 query and 2 KV heads of 4, vocabulary 61, 2 layers.
 *
 * <p>A layer has 16 * (4 + 2 + 2 + 4) * 4 + 3 * 16 * 24 = 1920 weights, so 3840 operations a row;
 * the head 2 * 61 * 16 = 1952. Five prompt and three generated tokens: the last is not computed, so
 * 7 rows and 3 heads. Attention of row t has t + 1 pairs a head: 28 in all, 112 over 4 heads, 16
 * operations each; every pair reads 2 * 4 floats, 32 bytes.
 */
class LedgerTest {
  private static final GenerationConfig THREE = GenerationConfig.builder().maxNewTokens(3).build();
  private static final Prompt FIVE_TOKENS = Prompt.of(Models.prompt(5, 0));
  private static final long DENSE = 2 * 7 * 3840 + 3 * 1952 + 2 * 112 * 16;

  private static GenerationResult generate(EngineOptions options, Technique... techniques) {
    try (LanguageModel model = Models.open(options.withTechniques(List.of(techniques)))) {
      return model.generate(FIVE_TOKENS, THREE);
    }
  }

  @Test
  void denseExecutionCountsTheSameOnBothSides() {
    Ledger ledger = generate(Models.options()).ledger();
    assertThat(ledger.flops()).isEqualTo(DENSE).isEqualTo(63200);
    assertThat(ledger.denseFlops()).isEqualTo(DENSE);
    assertThat(ledger.kvBytesRead()).isEqualTo(2 * 112 * 32);
    assertThat(ledger.denseKvBytesRead()).isEqualTo(2 * 112 * 32);
    assertThat(ledger.layers())
        .containsOnly(new LayerLedger(7, 7, 0, 112, 112, 112 * 32, 112 * 32, 0, 0))
        .hasSize(2);
  }

  @Test
  void chunksDoNotChangeTheCount() {
    assertThat(generate(Models.options().withPrefillChunk(2)).ledger())
        .isEqualTo(generate(Models.options()).ledger());
  }

  @Test
  void aSkippedLayerCountsOnlyOnTheDenseSideAndStoresNothing() {
    GenerationResult result = generate(Models.options(), new SkipLayers(List.of(1)));
    Ledger ledger = result.ledger();
    assertThat(ledger.flops()).isEqualTo(7 * 3840 + 3 * 1952 + 112 * 16);
    assertThat(ledger.denseFlops()).isEqualTo(DENSE);
    assertThat(ledger.kvBytesRead()).isEqualTo(112 * 32);
    assertThat(ledger.denseKvBytesRead()).isEqualTo(2 * 112 * 32);
    assertThat(ledger.layers().get(1))
        .isEqualTo(new LayerLedger(0, 7, 0, 0, 112, 0, 112 * 32, 0, 0));
    assertThat(result.metrics().peakKvBytes()).isEqualTo(256 * 2 * 2 * 4 * 4);
  }

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void aPlanCountsThePairsItReads(KeyForm keyForm) {
    Ledger ledger = generate(Models.options(), SinksAndWindow.of(0, 1, 3, keyForm)).ledger();
    // The prompt is dense, 15 pairs a head; the tokens at 5 and 6 see 4 keys each instead of 6 and
    // 7.
    assertThat(ledger.layers().get(0))
        .isEqualTo(new LayerLedger(7, 7, 2, 4 * 23, 112, 4 * 23 * 32, 112 * 32, 0, 0));
    assertThat(ledger.layers().get(1).pairs()).isEqualTo(112);
    assertThat(ledger.flops()).isEqualTo(DENSE - (112 - 92) * 16);
    assertThat(ledger.denseFlops()).isEqualTo(DENSE);
  }

  @Test
  void theDenseSideOfASkippedLayerKnowsItsWindow() {
    FakeCausalLm fake = new FakeCausalLm(100, 3, List.of());
    EngineOptions skip = Models.options().withTechniques(List.of(new SkipLayers(List.of(0))));
    try (LanguageModel model = Models.open(fake, skip)) {
      // Rows see 1, 2, 3, 3, 3, 3, 3 keys.
      List<LayerLedger> layers = model.generate(FIVE_TOKENS, THREE).ledger().layers();
      assertThat(layers.get(0).densePairs()).isEqualTo(4 * 18);
      assertThat(layers.get(1).pairs()).isEqualTo(4 * 18);
    }
  }

  @ParameterizedTest
  @EnumSource(KeyForm.class)
  void aPlanOfAllKeysGivesTheDenseTokens(KeyForm keyForm) {
    GenerationConfig forty = THREE.toBuilder().maxNewTokens(40).build();
    List<Integer> dense;
    try (LanguageModel model = Models.open(Models.options())) {
      dense = model.generate(FIVE_TOKENS, forty).generatedIds();
    }
    EngineOptions all =
        Models.options()
            .withPrefillChunk(2)
            .withTechniques(
                List.of(
                    SinksAndWindow.of(0, 0, 100, keyForm), SinksAndWindow.of(1, 1, 99, keyForm)));
    try (LanguageModel model = Models.open(all)) {
      assertThat(model.generate(FIVE_TOKENS, forty).generatedIds()).isEqualTo(dense);
    }
  }

  @Test
  void everyTechniqueHearsOfEveryAppend() {
    SinksAndWindow technique = SinksAndWindow.of(0, 1, 3, KeyForm.ROTATED);
    generate(Models.options().withPrefillChunk(4), technique);
    assertThat(technique.appended())
        .containsExactly("0:0+4", "1:0+4", "0:4+1", "1:4+1", "0:5+1", "1:5+1", "0:6+1", "1:6+1");
  }

  /** Skips layer 1 until told otherwise. */
  private record SkipForAWhile(AtomicInteger skips) implements Technique {
    @Override
    public String name() {
      return "skip_for_a_while";
    }

    @Override
    public List<Claim> claims(int layers) {
      return Claim.range(Hook.RUNS_LAYER, 1, 2);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return new TechniqueSession() {
        @Override
        public boolean runsLayer(int layer) {
          return skips.get() <= 0;
        }

        @Override
        public TechniqueSession fork() {
          return this;
        }
      };
    }
  }

  @Test
  void aLayerThatWasSkippedComesBackWithoutTheRowsItMissed() {
    AtomicInteger skips = new AtomicInteger(1);
    EngineOptions options = Models.options().withTechniques(List.of(new SkipForAWhile(skips)));
    try (LanguageModel model = Models.open(options)) {
      try (Session session = model.openSession().append(1, 2, 3)) {
        skips.set(0);
        assertThat(session.generate(THREE).generatedIds()).hasSize(3);
        // Two of five computed tokens passed layer 1 by; its queries see 1, 2 and 3 keys.
        assertThat(session.ledger().layers().get(1).rows()).isEqualTo(3);
        assertThat(session.ledger().layers().get(1).pairs()).isEqualTo(6 * FakeCausalLm.HEADS);
        assertThat(session.ledger().layers().get(1).densePairs())
            .isEqualTo(15 * FakeCausalLm.HEADS);
      }
    }
  }
}
