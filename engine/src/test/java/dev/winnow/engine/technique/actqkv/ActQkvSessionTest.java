package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.AttentionPlan.Segment;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KeyRows;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActQkvSessionTest {
  private static final int INIT = 3;
  private static final int WINDOW = 10;
  private static final int BLOCK = 4;
  private static final int PREFILL = 6;

  private final List<Attention> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(Attention::close);
  }

  /** Small sizes and a budget of {@code blocks} blocks. */
  private static ActQkvConfig config(
      int blocks,
      Probe probe,
      Statistics statistics,
      Ranking ranking,
      Allocation allocation,
      FarPositions positions) {
    return new ActQkvConfig(
        TokenBudget.tokens(INIT + WINDOW + blocks * BLOCK),
        INIT,
        WINDOW,
        BLOCK,
        2,
        PREFILL,
        0,
        probe,
        statistics,
        true,
        Representatives.PER_QUERY_HEAD,
        ranking,
        allocation,
        0.05,
        0.4,
        2,
        positions,
        Memory.ALL,
        0);
  }

  private static ActQkvConfig actQkv(int blocks) {
    return config(
        blocks,
        Probe.ACTIVATION_AWARE,
        Statistics.LAYER,
        Ranking.COSINE,
        Allocation.UNIFORM,
        FarPositions.CLAMPED);
  }

  private Attention attention(ActQkvConfig config, boolean denseIfAllFits) {
    return keep(
        new Attention(0, DType.F32, context -> new ActQkvSession(config, context, denseIfAllFits)));
  }

  private Attention keep(Attention attention) {
    open.add(attention);
    return attention;
  }

  /** Attention at full width. */
  private Attention dense(int window, DType kv) {
    return keep(
        new Attention(
            window,
            kv,
            context ->
                new TechniqueSession() {
                  @Override
                  public AttentionPlan plan(PlanRequest request) {
                    return request.dense();
                  }

                  @Override
                  public TechniqueSession fork() {
                    return this;
                  }
                }));
  }

  private static void assertClose(List<float[]> got, List<float[]> want) {
    assertThat(got).hasSameSizeAs(want);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).containsExactly(want.get(i), within(2e-5f));
    }
  }

  private static void assertClose(float[][] got, double[][] want) {
    for (int layer = 0; layer < got.length; layer++) {
      for (int i = 0; i < got[layer].length; i++) {
        assertThat((double) got[layer][i]).isCloseTo(want[layer][i], within(2e-5));
      }
    }
  }

  // The definition

  private void assertFollowsTheDefinition(ActQkvConfig config) {
    Attention attention = attention(config, false);
    PlainRetrieval plain = new PlainRetrieval(config);
    for (int rows : new int[] {6, 6, 6, 6, 6, 6, 6, 6, 1, 5, 6, 2}) {
      assertClose(attention.step(rows, Phase.PREFILL), plain.step(rows, Phase.PREFILL));
    }
    for (int i = 0; i < 30; i++) {
      assertClose(attention.step(1, Phase.DECODE), plain.step(1, Phase.DECODE));
    }
  }

  @Test
  void actQkvFollowsItsDefinition() {
    assertFollowsTheDefinition(actQkv(3));
  }

  @Test
  void soDoesStatisticsOfTheWindowAlone() {
    assertFollowsTheDefinition(
        config(
            2,
            Probe.ACTIVATION_AWARE,
            Statistics.WINDOW,
            Ranking.COSINE,
            Allocation.UNIFORM,
            FarPositions.CLAMPED));
  }

  @Test
  void infLlmIsTheMeanQueryWithDotProducts() {
    InfLlmConfig config =
        new InfLlmConfig(
            TokenBudget.tokens(INIT + WINDOW + 2 * BLOCK),
            INIT,
            WINDOW,
            BLOCK,
            2,
            PREFILL,
            0,
            Representatives.PER_QUERY_HEAD,
            Memory.ALL,
            0);
    assertFollowsTheDefinition(config.retrieval());
  }

  @Test
  void blocksMoveToTheLayersOfHigherEntropyOnceHistoriesAreFull() {
    ActQkvConfig config =
        config(
            20,
            Probe.ACTIVATION_AWARE,
            Statistics.LAYER,
            Ranking.COSINE,
            Allocation.ENTROPY,
            FarPositions.CLAMPED);
    Attention attention = attention(config, false);
    PlainRetrieval plain = new PlainRetrieval(config);
    attention.prefill(150, PREFILL);
    for (int i = 0; i < 25; i++) {
      plain.step(PREFILL, Phase.PREFILL);
    }
    boolean moved = false;
    for (int i = 0; i < 120; i++) {
      assertClose(attention.step(1, Phase.DECODE), plain.step(1, Phase.DECODE));
      int[] read = farKeys(attention);
      moved |= read[0] != read[1];
      // What is behind the last block is the same in both layers.
      int rest = read[0] + read[1] - 2 * INIT - 40 * BLOCK;
      assertThat(rest).isBetween(0, 2 * BLOCK);
    }
    assertThat(moved).isTrue();
  }

  private static int[] farKeys(Attention attention) {
    return attention.plans().stream()
        .mapToInt(plan -> plan.segments().get(1).keys().count(0))
        .toArray();
  }

  // Against dense attention

  @Test
  void attentionIsDenseWhileTheWindowCoversAll() {
    Attention attention = attention(actQkv(1), false);
    Attention dense = dense(0, DType.F32);
    assertClose(attention.prefill(WINDOW, 4), dense.prefill(WINDOW, 4));
    assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 1);
    attention.step(1, Phase.DECODE);
    assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 6})
  void allBlocksAtTheirOwnPositionsAreDenseAttention(int prefill) {
    ActQkvConfig all =
        config(
            1000,
            Probe.ACTIVATION_AWARE,
            Statistics.LAYER,
            Ranking.COSINE,
            Allocation.ENTROPY,
            FarPositions.EXACT);
    Attention attention = attention(all, false);
    Attention dense = dense(0, DType.F32);
    assertClose(attention.prefill(90, prefill), dense.prefill(90, prefill));
    for (int i = 0; i < 10; i++) {
      assertClose(List.of(attention.step(1, Phase.DECODE)), List.of(dense.step(1, Phase.DECODE)));
    }
    assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16"})
  void aBudgetThatCoversAllIsTheDensePlan(DType kv) {
    Attention attention =
        keep(new Attention(0, kv, context -> new ActQkvSession(actQkv(30), context, true)));
    Attention dense = dense(0, kv);
    int length = INIT + WINDOW + 30 * BLOCK;
    assertClose(attention.prefill(length - 5, PREFILL), dense.prefill(length - 5, PREFILL));
    for (int i = 0; i < 5; i++) {
      assertClose(List.of(attention.step(1, Phase.DECODE)), List.of(dense.step(1, Phase.DECODE)));
      assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 1);
    }
  }

  @Test
  void attentionIsDenseUntilReadingLessSavesMoreThanTheIndexCosts() {
    Attention attention = attention(actQkv(2), true);
    int fits = INIT + WINDOW + 2 * BLOCK;
    attention.prefill(fits, PREFILL);
    int length = fits;
    while (attention.plans().get(0).segments().size() == 1) {
      attention.step(1, Phase.DECODE);
      length++;
    }
    // A representative of 4 heads is as long as the keys and values of a row of 2 KV heads.
    int blocks = (length - 1 - INIT - WINDOW) / BLOCK;
    int rest = (length - INIT - WINDOW) - blocks * BLOCK;
    assertThat(INIT + WINDOW + 2 * BLOCK + rest + blocks).isLessThan(length);
    assertThat(length).isGreaterThan(fits).isLessThan(fits + 4 * BLOCK);
  }

  @Test
  void attentionIsDenseBelowTheLengthTold() {
    ActQkvConfig c = actQkv(1);
    ActQkvConfig config =
        new ActQkvConfig(
            c.tokenBudget(),
            c.init(),
            c.window(),
            c.blockSize(),
            c.repr(),
            c.prefillWindow(),
            100,
            c.probe(),
            c.statistics(),
            c.freezeAtDecode(),
            c.representatives(),
            c.ranking(),
            c.allocation(),
            c.temperature(),
            c.minShare(),
            c.maxShare(),
            c.farPositions(),
            c.memory(),
            c.cachedBlocks());
    Attention attention = attention(config, true);
    attention.prefill(98, PREFILL);
    attention.step(1, Phase.DECODE);
    assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 1);
    attention.step(1, Phase.DECODE);
    assertThat(attention.plans()).allMatch(plan -> plan.segments().size() == 2);
  }

  // Visibility

  @ParameterizedTest
  @ValueSource(ints = {2, 1000})
  void eachPastKeyIsSeenOnceOrNotAtAll(int blocks) {
    Attention attention = attention(actQkv(blocks), false);
    while (attention.length() < 80) {
      int first = attention.length();
      int rows = 1 + first % PREFILL;
      attention.step(rows, Phase.PREFILL);
      for (AttentionPlan plan : attention.plans()) {
        for (int row = first; row < first + rows; row++) {
          int hidden = 0;
          for (int key = 0; key < first + rows; key++) {
            int seen = timesSeen(plan, row, key);
            assertThat(seen).isEqualTo(key > row ? 0 : seen).isLessThanOrEqualTo(1);
            hidden += key <= row && seen == 0 ? 1 : 0;
            if (key <= row && row - key < WINDOW) {
              assertThat(seen).isEqualTo(1);
            }
          }
          if (blocks == 1000) {
            assertThat(hidden).isZero();
          }
        }
      }
    }
  }

  private static int timesSeen(AttentionPlan plan, int row, int key) {
    int seen = 0;
    for (Segment segment : plan.segments()) {
      KeyRows keys = segment.keys();
      for (int i = 0; i < keys.count(0); i++) {
        seen += keys.row(0, i) == key && plan.sees(segment, row, key) ? 1 : 0;
      }
    }
    return seen;
  }

  @Test
  void theBudgetIsMetUpToABlockThatIsNotFormedYet() {
    Attention attention = attention(actQkv(3), true);
    attention.prefill(70, PREFILL);
    for (int i = 0; i < 20; i++) {
      attention.step(1, Phase.DECODE);
      for (AttentionPlan plan : attention.plans()) {
        int read = plan.segments().get(0).keys().count(0) + plan.segments().get(1).keys().count(0);
        assertThat(read - (INIT + WINDOW + 3 * BLOCK)).isBetween(0, BLOCK);
      }
    }
  }

  @Test
  void layersWithAShortSlidingWindowStayDenseAndLongerOnesReadWithinIt() {
    Attention shorter =
        keep(
            new Attention(
                WINDOW, DType.F32, context -> new ActQkvSession(actQkv(1), context, false)));
    assertClose(shorter.prefill(60, PREFILL), dense(WINDOW, DType.F32).prefill(60, PREFILL));
    assertThat(shorter.session().wantsMass(0, Phase.DECODE)).isFalse();

    ActQkvConfig all =
        config(
            1000,
            Probe.ACTIVATION_AWARE,
            Statistics.LAYER,
            Ranking.COSINE,
            Allocation.UNIFORM,
            FarPositions.EXACT);
    Attention longer =
        keep(new Attention(31, DType.F32, context -> new ActQkvSession(all, context, false)));
    longer.prefill(60, PREFILL);
    for (AttentionPlan plan : longer.plans()) {
      assertThat(plan.segments().get(1).keys().row(0, 0)).isGreaterThanOrEqualTo(54 - 31 + 1);
      assertThat(timesSeen(plan, 59, 59 - 31)).isZero();
      assertThat(timesSeen(plan, 59, 59 - 25)).isEqualTo(1);
    }
  }

  // One sequence

  @Test
  void aSequenceCutToNothingBeginsAnew() {
    Attention one = attention(actQkv(2), true);
    Attention two = attention(actQkv(2), true);
    List<float[]> first = one.prefill(70, PREFILL);
    two.use(9);
    two.step(1, Phase.PREFILL);
    two.truncate(0);
    two.use(0);
    List<float[]> second = two.prefill(70, PREFILL);
    assertClose(second, first);
  }

  @Test
  void aForkGoesOnApart() {
    Attention original = attention(entropy(), true);
    original.prefill(70, PREFILL);
    Attention fork = keep(original.fork());
    fork.use(5);
    List<float[]> elsewhere = fork.prefill(90, PREFILL);
    Attention straight = attention(entropy(), true);
    straight.prefill(70, PREFILL);
    assertClose(original.prefill(100, PREFILL), straight.prefill(100, PREFILL));
    Attention again = keep(attention(entropy(), true));
    again.prefill(70, PREFILL);
    again.use(5);
    assertClose(elsewhere, again.prefill(90, PREFILL));
  }

  private static ActQkvConfig entropy() {
    return config(
        2,
        Probe.ACTIVATION_AWARE,
        Statistics.LAYER,
        Ranking.COSINE,
        Allocation.ENTROPY,
        FarPositions.CLAMPED);
  }

  @ParameterizedTest
  @EnumSource(Statistics.class)
  void aStepThatFailedLeavesNoTrace(Statistics statistics) {
    ActQkvConfig config =
        config(
            2,
            Probe.ACTIVATION_AWARE,
            statistics,
            Ranking.COSINE,
            Allocation.ENTROPY,
            FarPositions.CLAMPED);
    Attention straight = attention(config, true);
    Attention interrupted = attention(config, true);
    straight.prefill(66, PREFILL);
    interrupted.prefill(66, PREFILL);
    interrupted.use(8);
    interrupted.layer(0, PREFILL, Phase.PREFILL); // and then layer 1 fails
    interrupted.truncate(66);
    interrupted.step(PREFILL, Phase.PREFILL); // or what comes after all layers
    interrupted.truncate(66);
    interrupted.use(0);
    assertClose(interrupted.prefill(100, PREFILL), straight.prefill(100, PREFILL));
  }

  @Test
  void whatIsCutOffIsForgotten() {
    // Two sequences that agree in their first 60 rows only, cut to 60 after further ones.
    Attention one = attention(entropy(), true);
    Attention two = attention(entropy(), true);
    one.prefill(60, PREFILL);
    two.prefill(60, PREFILL);
    one.use(3);
    two.use(4);
    one.prefill(110, PREFILL);
    two.prefill(96, PREFILL);
    one.truncate(60);
    two.truncate(60);
    one.use(0);
    two.use(0);
    assertClose(one.prefill(100, PREFILL), two.prefill(100, PREFILL));
  }

  @Test
  void memoryBesideTheCacheIsCountedAndForgotten() {
    Attention attention = attention(actQkv(2), true);
    attention.prefill(40, PREFILL);
    long before = attention.session().bytes();
    attention.prefill(1300, PREFILL); // more than a page of 256 representatives
    assertThat(attention.session().bytes()).isGreaterThan(before);
    attention.truncate(40);
    assertThat(attention.session().bytes()).isLessThanOrEqualTo(before + 2048);
  }
}
