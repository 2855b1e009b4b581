package dev.winnow.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KvCacheTest {
  /** One layer, one head of one element: a page is 256 rows of 8 bytes. */
  private static final List<AttentionSpec> TINY =
      List.of(new AttentionSpec(1, 1, 1, true, 0, 1, null));

  private static final int PAGE = 256 * 8;

  private final PagePool pool = new PagePool(Long.MAX_VALUE);
  private final PlainKernels kernels = new PlainKernels();

  private KvCache open(PagePool from, int maxTokens) {
    return new KvCache(from, TINY, DType.F32, maxTokens);
  }

  private void append(KvCache cache, int rows, float value) {
    cache.reserve(0, rows);
    float[] values = new float[rows];
    Arrays.fill(values, value);
    HeadsView view = HeadsView.dense(Buffer.of(values), rows, 1, 1);
    kernels.appendKv(view, view, cache.layer(0));
    int first = cache.length();
    cache.stored(0, IntStream.range(first, first + rows).toArray());
    cache.advance(rows);
  }

  private static float key(KvCache cache, int token) {
    KvPages layer = cache.layer(0);
    return layer.page(token / KvPages.PAGE_TOKENS).keys().getFloat(layer.index(0, token));
  }

  @Test
  void growingAddsPagesAndCopiesNone() {
    KvCache cache = open(pool, 1000);
    append(cache, 256, 1);
    KvPages.Page first = cache.layer(0).page(0);
    assertThat(pool.usedPages()).isEqualTo(1);
    append(cache, 1, 2);
    assertThat(pool.usedPages()).isEqualTo(2);
    assertThat(cache.layer(0).page(0)).isSameAs(first);
    assertThat(cache.bytes()).isEqualTo(2 * PAGE);
    cache.close();
    assertThat(pool.usedPages()).isZero();
    assertThat(pool.idleBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void truncatingGivesBackThePagesPastTheEnd() {
    KvCache cache = open(pool, 1000);
    append(cache, 600, 1);
    cache.truncate(257);
    assertThat(pool.usedPages()).isEqualTo(2);
    cache.truncate(256);
    assertThat(pool.usedPages()).isEqualTo(1);
    cache.truncate(0);
    assertThat(pool.usedPages()).isZero();
    assertThatThrownBy(() -> cache.truncate(1)).hasMessage("length must be in [0, 0], got 1");
  }

  @Test
  void aForkSharesPagesUntilOneOfTheTwoWrites() {
    KvCache parent = open(pool, 1000);
    append(parent, 300, 1);
    KvCache child = parent.fork();
    assertThat(pool.usedPages()).isEqualTo(2);
    append(child, 1, 2);
    assertThat(pool.usedPages()).isEqualTo(3);
    append(parent, 1, 3);
    // The child has its own copy by now, so the parent writes in place.
    assertThat(pool.usedPages()).isEqualTo(3);
    assertThat(key(parent, 299)).isEqualTo(1);
    assertThat(key(child, 299)).isEqualTo(1);
    assertThat(key(parent, 300)).isEqualTo(3);
    assertThat(key(child, 300)).isEqualTo(2);
    assertThat(child.layer(0).page(0)).isSameAs(parent.layer(0).page(0));
    parent.close();
    assertThat(pool.usedPages()).isEqualTo(2);
    assertThat(key(child, 0)).isEqualTo(1);
    child.close();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void aTruncatedParentDoesNotWriteIntoItsChildren() {
    KvCache parent = open(pool, 1000);
    append(parent, 256, 1);
    KvCache child = parent.fork();
    parent.truncate(100);
    append(parent, 50, 2);
    assertThat(key(child, 120)).isEqualTo(1);
    assertThat(key(parent, 120)).isEqualTo(2);
  }

  @Test
  void pagesAreRecycledAndIdleOnesYieldToOtherShapes() {
    PagePool small = new PagePool(2 * PAGE);
    KvCache one = open(small, 1000);
    append(one, 512, 1);
    one.close();
    KvCache two = open(small, 1000);
    append(two, 10, 1);
    assertThat(small.idleBytes()).isEqualTo(PAGE);
    KvCache half = new KvCache(small, TINY, DType.F16, 1000);
    append(half, 10, 1);
    assertThat(small.usedBytes()).isEqualTo(PAGE + PAGE / 2);
    assertThat(small.idleBytes()).isZero();
    assertThat(small.peakBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void aFullContextSaysWhatWouldFit() {
    KvCache cache = open(pool, 20);
    append(cache, 20, 1);
    assertThatThrownBy(() -> cache.reserve(0, 1))
        .isInstanceOf(CapacityException.class)
        .hasMessageContaining("21 tokens")
        .hasMessageContaining("holds 20");
  }

  @Test
  void aFullBudgetSaysWhatWouldFitAndWhichOptionLimitsIt() {
    PagePool small = new PagePool(3 * PAGE);
    KvCache one = open(small, 10_000);
    append(one, 256, 1);
    KvCache two = open(small, 10_000);
    assertThatThrownBy(() -> two.checkFits(513, layer -> true, (layer, tokens) -> tokens))
        .isInstanceOfSatisfying(
            CapacityException.class, e -> assertThat(e.fittingTokens()).isEqualTo(512))
        .hasMessageContaining("kv_cache_bytes is " + 3 * PAGE + " and " + PAGE + " are in use")
        .hasMessageContaining("512 tokens fit");
    two.checkFits(512, layer -> true, (layer, tokens) -> tokens);
    append(two, 512, 1);
    assertThatThrownBy(() -> two.reserve(0, 1))
        .isInstanceOf(CapacityException.class)
        .hasMessageContaining("no room for token 513");
    one.close();
    append(two, 1, 1);
    assertThat(two.length()).isEqualTo(513);
  }

  @Test
  void estimatesAreInWholePages() {
    assertThat(KvCache.estimateBytes(TINY, DType.F32, 0)).isZero();
    assertThat(KvCache.estimateBytes(TINY, DType.F32, 256)).isEqualTo(PAGE);
    assertThat(KvCache.estimateBytes(TINY, DType.F16, 257)).isEqualTo(PAGE);
  }

  @Test
  void aModelOutOfBudgetRefusesOneSequenceAndServesTheOthers() {
    long page = 256L * 2 * FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM * 4;
    EngineOptions options = Models.options().withKvCacheBytes(2 * 2 * page);
    GenerationConfig ten = GenerationConfig.builder().maxNewTokens(10).build();
    try (LanguageModel model = Models.open(options)) {
      Session first = model.openSession().append(Models.prompt(250, 0));
      assertThatThrownBy(() -> model.generate(Prompt.of(Models.prompt(300, 0)), ten))
          .isInstanceOf(CapacityException.class)
          .hasMessageContaining("256 tokens fit");
      assertThat(model.generate(Prompt.of(Models.prompt(200, 0)), ten).generatedIds()).hasSize(10);
      Session second = model.openSession().append(Models.prompt(250, 1));
      // Both pages are full after 256 tokens and no third one fits.
      assertThatThrownBy(() -> first.generate(ten)).isInstanceOf(CapacityException.class);
      assertThat(first.length()).isEqualTo(257);
      second.close();
      assertThat(first.generate(ten).generatedIds()).hasSize(10);
    }
  }

  @Test
  void noPageLeaksHoweverSequencesComeAndGo() {
    Random random = new Random(3);
    GenerationConfig few = GenerationConfig.builder().maxNewTokens(3).build();
    try (LanguageModel model = Models.open(Models.options())) {
      for (int i = 0; i < 30; i++) {
        Session parent = model.openSession().append(Models.prompt(1 + random.nextInt(600), i));
        Session child = parent.fork().append(1 + random.nextInt(9));
        if (random.nextBoolean()) {
          parent.close();
        }
        child.generate(few);
        child.fork().close();
        parent.close();
        child.close();
        assertThat(model.kvBytes()).isZero();
      }
    }
  }
}
