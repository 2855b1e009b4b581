package dev.winnow.kernels;

import static dev.winnow.kernels.Closeness.BOUND;
import static dev.winnow.kernels.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.kernels.AttentionPlan.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link Kernels} must do: agree with the float64 oracle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class KernelParityTest {
  private final ReferenceKernels oracle = new ReferenceKernels();
  private Kernels kernels;
  private Samples samples;

  /** The implementation under test; closed after each test. */
  protected abstract Kernels create();

  @BeforeEach
  void open() {
    kernels = create();
    samples = new Samples(42);
  }

  @AfterEach
  void close() {
    samples.close();
    kernels.close();
  }

  // Rotation

  @ParameterizedTest
  @CsvSource({"64, 64", "64, 32", "80, 20", "6, 6", "7, 2", "5, 0", "256, 256", "96, 96"})
  void rotationTurnsLeadingElementsOfBothLayouts(int headDim, int rotaryDim) {
    for (RotaryConfig.Pairing pairing : RotaryConfig.Pairing.values()) {
      RotaryTable table =
          new RotaryTable(
              new RotaryConfig(10_000, headDim, rotaryDim, pairing, RotaryScaling.NONE));
      HeadsView x = samples.heads(37, 3, headDim);
      HeadsView expected = samples.copy(x);
      kernels.rotate(x, table, 250);
      oracle.rotate(expected, table, 250);
      assertClose(x.buffer(), expected.buffer());
    }
  }

  @Test
  void rotationTakesAPositionPerRow() {
    RotaryTable table = table(16, RotaryScaling.NONE);
    HeadsView x = samples.heads(4, 2, 16);
    HeadsView expected = samples.copy(x);
    int[] positions = {100_000, 0, 255, 256};
    kernels.rotate(x, table, positions);
    oracle.rotate(expected, table, positions);
    assertClose(x.buffer(), expected.buffer());
  }

  @Test
  void rotationRefusesWrongArguments() {
    HeadsView x = samples.heads(2, 2, 16);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.rotate(x, table(8, RotaryScaling.NONE), 0))
        .withMessageContaining("headDim");
    RotaryTable table = table(16, RotaryScaling.NONE);
    assertThatIllegalArgumentException().isThrownBy(() -> kernels.rotate(x, table, new int[] {1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.rotate(x, table, new int[] {1, -1}));
    assertThatIllegalArgumentException().isThrownBy(() -> kernels.rotate(x, table, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.rotate(x, table, Integer.MAX_VALUE));
  }

  // Storing

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void appendStoresAcrossPagesExactlyAsTheReference(DType dtype) {
    KvPages cache = samples.emptyCache(3, 5, dtype, 600);
    KvPages expected = samples.emptyCache(3, 5, dtype, 600);
    for (int rows : new int[] {1, 254, 1, 1, 0, 300}) {
      HeadsView keys = samples.heads(rows, 3, 5);
      HeadsView values = samples.heads(rows, 3, 5);
      kernels.appendKv(keys, values, cache);
      oracle.appendKv(keys, values, expected);
    }
    assertThat(cache.length()).isEqualTo(557);
    for (int i = 0; i < cache.pages().size(); i++) {
      assertSameBits(cache.page(i).keys(), expected.page(i).keys());
      assertSameBits(cache.page(i).values(), expected.page(i).values());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void appendRoundsSpecialNumbersToNearestEven(DType dtype) {
    float[] special = {
      0f,
      -0f,
      1f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      Float.intBitsToFloat(0x7f800001),
      Float.intBitsToFloat(0xff800001),
      Float.MAX_VALUE,
      Float.MIN_VALUE,
      65504f,
      65519.9f,
      65520f,
      -65520f,
      0x1p-14f,
      0x1p-24f,
      0x1p-25f,
      0x1.8p-25f,
      0x1.8p-24f,
      1.00048828125f,
      1.00146484375f,
      0x1.01p0f,
      0x1.03p0f,
      0x1.0100002p0f
    };
    int n = special.length;
    KvPages cache = samples.emptyCache(1, n, dtype, 1);
    KvPages expected = samples.emptyCache(1, n, dtype, 1);
    try (Buffer buffer = Buffer.of(special)) {
      HeadsView view = HeadsView.dense(buffer, 1, 1, n);
      kernels.appendKv(view, view, cache);
      oracle.appendKv(view, view, expected);
    }
    for (int i = 0; i < n; i++) {
      float got = cache.page(0).keys().getFloat(i);
      float want = expected.page(0).keys().getFloat(i);
      assertThat(Float.isNaN(want) ? Float.isNaN(got) : got == want)
          .as("%s stored as %s: %s, expected %s", special[i], dtype, got, want)
          .isTrue();
    }
  }

  @Test
  void appendRefusesWhatDoesNotFit() {
    KvPages cache = samples.cache(2, 8, DType.F16, 250);
    HeadsView rows = samples.heads(7, 2, 8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.appendKv(rows, rows, cache))
        .withMessageContaining("250");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.appendKv(rows.slice(0, 2), rows.slice(0, 3), cache));
    HeadsView wide = samples.heads(1, 2, 9);
    assertThatIllegalArgumentException().isThrownBy(() -> kernels.appendKv(wide, wide, cache));
    assertThat(cache.length()).isEqualTo(250);
  }

  // Dense attention

  @ParameterizedTest
  @CsvSource({
    "9, 3, 64",
    "4, 4, 8",
    "8, 1, 16",
    "4, 2, 80",
    "2, 1, 96",
    "32, 4, 128",
    "3, 1, 256",
    "5, 1, 7",
    "14, 2, 33",
    "3, 3, 1",
    "150, 1, 4"
  })
  void attentionWorksForAnyHeadShape(int heads, int kvHeads, int headDim) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages cache = samples.cache(kvHeads, headDim, dtype, 131);
      for (int rows : new int[] {1, 2, 19}) {
        HeadsView queries = samples.heads(rows, heads, headDim);
        check(AttentionPlan.dense(queries, 131 - rows, 0, scale(headDim)), cache);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 255, 256, 257, 511, 513, 1500})
  void attentionWorksForAnyCacheLength(int length) {
    KvPages cache = samples.cache(3, 16, DType.F16, length);
    for (int rows : new int[] {1, Math.min(length, 3), length}) {
      HeadsView queries = samples.heads(rows, 9, 16);
      check(AttentionPlan.dense(queries, length - rows, 0, 0.25f), cache);
    }
  }

  @Test
  void longContextsAreCutAmongThreadsAndMerged() {
    KvPages cache = samples.cache(1, 64, DType.BF16, 9_000);
    check(AttentionPlan.dense(samples.heads(1, 3, 64), 8_999, 0, 0.125f), cache);
    check(AttentionPlan.dense(samples.heads(5, 3, 64), 8_995, 0, 0.125f), cache);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 64, 100, 256, 1000})
  void aWindowHidesOldKeys(int window) {
    KvPages cache = samples.cache(2, 16, DType.F32, 700);
    for (int rows : new int[] {1, 2, 200}) {
      HeadsView queries = samples.heads(rows, 6, 16);
      check(AttentionPlan.dense(queries, 700 - rows, window, 0.25f), cache);
      KeyRows all = new KeyRows.Range(0, 700);
      check(plan(queries, all, KeyRotation.AS_STORED, 700 - rows, true, window), cache);
      check(plan(queries, all, KeyRotation.AS_STORED, 300, false, window), cache);
    }
  }

  @Test
  void bidirectionalAttentionSeesLaterKeys() {
    KvPages cache = samples.cache(2, 64, DType.F32, 197);
    HeadsView queries = samples.heads(197, 2, 64);
    check(plan(queries, new KeyRows.Range(0, 197), KeyRotation.AS_STORED, 0, false, 0), cache);
  }

  @Test
  void rowsThatSeeNothingAreZeroWithLogSumExpMinusInfinity() {
    KvPages cache = samples.cache(1, 16, DType.F16, 300);
    for (int rows : new int[] {3, 60}) {
      HeadsView queries = samples.heads(rows, 2, 16);
      // Rows stand at 100, 101, ...; the only keys are from 102 on, or long out of the window.
      check(plan(queries, new KeyRows.Range(102, 300), KeyRotation.AS_STORED, 100, true, 0), cache);
      check(plan(queries, new KeyRows.Range(0, 60), KeyRotation.AS_STORED, 100, true, 42), cache);
      check(plan(queries, new KeyRows.Range(7, 7), KeyRotation.AS_STORED, 100, true, 0), cache);
      HeadsView out = samples.heads(rows, 2, 16);
      Buffer logs = samples.floats(rows * 2L);
      kernels.attend(
          plan(queries, new KeyRows.Range(7, 7), KeyRotation.AS_STORED, 100, true, 0),
          cache,
          new AttentionOutput(out, logs, null));
      assertThat(out.buffer().toFloats(out.index(rows - 1, 1), 16)).containsOnly(0f);
      assertThat(logs.toFloats(0, rows * 2)).containsOnly(Float.NEGATIVE_INFINITY);
    }
  }

  @Test
  void noQueryRowsAreNoWork() {
    KvPages cache = samples.cache(1, 8, DType.F32, 10);
    check(AttentionPlan.dense(samples.heads(0, 2, 8), 10, 0, 1f), cache);
  }

  @Test
  void largeScoresDoNotOverflow() {
    KvPages cache = samples.cache(1, 16, DType.F32, 150);
    for (int rows : new int[] {1, 40}) {
      HeadsView queries = samples.heads(rows, 4, 16);
      AttentionPlan plan =
          new AttentionPlan(
              List.of(new Segment(queries, new KeyRows.Range(0, 150), KeyRotation.AS_STORED)),
              110,
              true,
              0,
              30f);
      // Scores of some hundred lose a few digits before the exponential, in any float32 kernel.
      check(plan, cache, 2e-4);
    }
  }

  // Numbers that are none

  @ParameterizedTest
  @ValueSource(ints = {2, 40})
  void nanInAQueryPoisonsOnlyItsRow(int rows) {
    KvPages cache = samples.cache(1, 16, DType.F16, 200);
    HeadsView queries = samples.heads(rows, 3, 16);
    ReferenceKernels.store(queries.buffer(), queries.index(1, 2) + 5, Float.NaN);
    HeadsView out = check(AttentionPlan.dense(queries, 200 - rows, 0, 0.25f), cache);
    assertThat(out.buffer().toFloats(out.index(1, 2), 16)).containsOnly(Float.NaN);
    assertThat(out.buffer().toFloats(out.index(1, 1), 16)).doesNotContain(Float.NaN);
    assertThat(out.buffer().toFloats(out.index(0, 2), 16)).doesNotContain(Float.NaN);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
  void specialKeysAndValuesReachExactlyTheRowsThatSeeThem(float special) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      for (boolean inKeys : new boolean[] {true, false}) {
        KvPages cache = samples.cache(1, 16, dtype, 200);
        Buffer buffer = inKeys ? cache.page(0).keys() : cache.page(0).values();
        ReferenceKernels.store(buffer, cache.index(0, 170) + 3, special);
        for (int rows : new int[] {4, 100}) {
          HeadsView queries = samples.heads(rows, 2, 16);
          HeadsView out =
              check(
                  plan(
                      queries,
                      new KeyRows.Range(0, 200),
                      KeyRotation.AS_STORED,
                      168 - rows / 2,
                      true,
                      0),
                  cache);
          assertThat(out.buffer().toFloats(out.index(1, 0), 16)).doesNotContain(Float.NaN);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void subnormalKeysAndValuesCountInFull(DType dtype) {
    KvPages cache = samples.cache(1, 64, dtype, 100);
    float tiny = dtype == DType.F16 ? 0x1p-24f : 0x1p-133f;
    for (int i = 0; i < 100 * 64; i++) {
      ReferenceKernels.store(cache.page(0).keys(), i, (i % 7 - 3) * tiny);
      ReferenceKernels.store(cache.page(0).values(), i, (i % 5 - 1) * tiny);
    }
    HeadsView queries = samples.heads(1, 3, 64);
    for (int i = 0; i < 3 * 64; i++) { // large enough for f16 scores to differ
      ReferenceKernels.store(queries.buffer(), queries.index(0, 0) + i, (i % 11 - 5) * 9000f);
    }
    check(AttentionPlan.dense(queries, 99, 0, 1f), cache);
  }

  @Test
  void queriesTooLargeToCarryTheScaleOfHalfPrecisionAreStillRight() {
    KvPages cache = samples.cache(1, 64, DType.F16, 100);
    HeadsView queries = samples.heads(1, 3, 64);
    ReferenceKernels.store(queries.buffer(), queries.index(0, 1) + 7, 1e7f);
    check(plan(queries, new KeyRows.Range(0, 100), KeyRotation.AS_STORED, 99, true, 0), cache);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void oneInfiniteValueAmongManyRowsReachesItsElementOnly(DType dtype) {
    KvPages cache = samples.cache(1, 64, dtype, 300);
    long at = cache.index(0, 137) + 21;
    ReferenceKernels.store(cache.page(0).values(), at, Float.POSITIVE_INFINITY);
    HeadsView out = check(AttentionPlan.dense(samples.heads(1, 3, 64), 299, 0, 0.125f), cache);
    assertThat(out.buffer().getFloat(out.index(0, 2) + 21)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(out.buffer().getFloat(out.index(0, 2) + 20)).isFinite();
  }

  @Test
  void aKeyOfMinusInfinityScoreWeighsNothing() {
    KvPages cache = samples.cache(1, 4, DType.F16, 80);
    HeadsView queries = samples.heads(20, 1, 4);
    for (int r = 0; r < 20; r++) {
      ReferenceKernels.store(queries.buffer(), queries.index(r, 0), 1f);
    }
    for (int t = 0; t < 70; t++) { // a whole key tile and more, so that a maximum stays -inf
      ReferenceKernels.store(cache.page(0).keys(), cache.index(0, t), Float.NEGATIVE_INFINITY);
    }
    check(AttentionPlan.dense(queries, 60, 0, 0.5f), cache);
    check(AttentionPlan.dense(queries.slice(0, 2), 78, 0, 0.5f), cache);
  }

  // Gathered rows and segments

  @Test
  void gatheredRowsMayBeSharedOrPerKvHead() {
    KvPages cache = samples.cache(3, 64, DType.F16, 900);
    for (int rows : new int[] {1, 3, 100}) {
      HeadsView queries = samples.heads(rows, 9, 64);
      for (double density : new double[] {0.02, 0.5, 0.97}) {
        KeyRows shared = KeyRows.Gathered.shared(samples.rows(900, density));
        check(plan(queries, shared, KeyRotation.AS_STORED, 850, true, 0), cache);
        check(plan(queries, shared, KeyRotation.AS_STORED, 700, true, 333), cache);
        int[][] lists = {samples.rows(900, density), {}, samples.rows(600, density)};
        check(
            plan(queries, new KeyRows.Gathered(lists), KeyRotation.AS_STORED, 850, true, 0), cache);
      }
    }
  }

  @Test
  void eachQueryHeadMayHaveItsOwnRows() {
    for (DType dtype : List.of(DType.F32, DType.F16)) {
      KvPages cache = samples.cache(3, 64, dtype, 900);
      for (int rows : new int[] {1, 3, 140}) {
        HeadsView queries = samples.heads(rows, 9, 64);
        int[][] lists = new int[9][];
        for (int head = 0; head < 9; head++) {
          lists[head] = head == 4 ? new int[0] : samples.rows(900, 0.1 * head);
        }
        KeyRows own = new KeyRows.Gathered(lists);
        check(plan(queries, own, KeyRotation.AS_STORED, 850, true, 0), cache);
        check(plan(queries, own, KeyRotation.AS_STORED, 700, true, 333), cache);
        if (rows > 3) {
          continue; // the oracle rotates each key for each query
        }
        check(
            plan(
                queries,
                own,
                new KeyRotation.CompactRank(table(64, RotaryScaling.NONE), 5),
                850,
                true,
                0),
            cache);
      }
    }
  }

  @Test
  void rowsPerQueryHeadGoTogetherWithOtherSegments() {
    KvPages cache = samples.cache(2, 16, DType.F16, 800);
    for (int rows : new int[] {1, 2, 90}) {
      HeadsView queries = samples.heads(rows, 6, 16);
      int[][] perQueryHead = new int[6][];
      for (int head = 0; head < 6; head++) {
        perQueryHead[head] = samples.rows(500, 0.05 + 0.1 * head);
      }
      AttentionPlan plan =
          new AttentionPlan(
              List.of(
                  new Segment(queries, new KeyRows.Gathered(perQueryHead), KeyRotation.AS_STORED),
                  new Segment(
                      queries,
                      new KeyRows.Gathered(new int[][] {{501, 502, 640}, {530}}),
                      KeyRotation.AS_STORED),
                  new Segment(
                      queries, KeyRows.Gathered.shared(641, 642, 650), KeyRotation.AS_STORED),
                  new Segment(queries, new KeyRows.Range(700, 800), KeyRotation.AS_STORED)),
              800 - rows,
              true,
              0,
              0.25f);
      check(plan, cache);
    }
  }

  @Test
  void theSameRowsForEveryHeadOfAGroupGiveWhatOneListForTheGroupGives() {
    KvPages cache = samples.cache(2, 64, DType.F16, 900);
    HeadsView queries = samples.heads(1, 6, 64);
    int[] first = samples.rows(900, 0.3);
    int[] second = samples.rows(900, 0.1);
    AttentionPlan perKvHead =
        plan(
            queries,
            new KeyRows.Gathered(new int[][] {first, second}),
            KeyRotation.AS_STORED,
            899,
            true,
            0);
    AttentionPlan perQueryHead =
        plan(
            queries,
            new KeyRows.Gathered(new int[][] {first, first, first, second, second, second}),
            KeyRotation.AS_STORED,
            899,
            true,
            0);
    HeadsView apartOut = check(perQueryHead, cache);
    HeadsView sharedOut = check(perKvHead, cache);
    for (int head = 0; head < 6; head++) {
      assertThat(apartOut.buffer().toFloats(apartOut.index(0, head), 64))
          .containsExactly(
              sharedOut.buffer().toFloats(sharedOut.index(0, head), 64), within(1e-6f));
    }
    AttentionCost shared = kernels.cost(perKvHead, cache);
    AttentionCost apart = kernels.cost(perQueryHead, cache);
    assertThat(apart.pairs()).isEqualTo(shared.pairs());
    assertThat(shared.kvBytesRead()).isEqualTo((first.length + second.length) * 256L);
    assertThat(apart.kvBytesRead()).isEqualTo(3 * shared.kvBytesRead());
  }

  @Test
  void segmentsWithTheirOwnRotationsShareOneSoftmax() {
    RotaryTable table = table(32, RotaryScaling.NONE);
    RotaryTable yarn = table(32, new RotaryScaling.Yarn(4, 64, 32, 1, 1.14, true));
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages cache = samples.cache(2, 32, dtype, 600);
      for (int rows : new int[] {1, 2, 70}) {
        AttentionPlan plan =
            new AttentionPlan(
                List.of(
                    new Segment(
                        samples.heads(rows, 4, 32),
                        KeyRows.Gathered.shared(samples.rows(100, 0.3)),
                        new KeyRotation.CompactRank(table, 3)),
                    new Segment(
                        samples.heads(rows, 4, 32),
                        new KeyRows.Gathered(
                            new int[][] {{100, 101, 102, 250, 255, 256, 257}, {111}}),
                        new KeyRotation.Fixed(yarn, 7)),
                    new Segment(
                        samples.heads(rows, 4, 32),
                        new KeyRows.Range(300, 600),
                        new KeyRotation.TruePosition(table))),
                600 - rows,
                true,
                0,
                0.2f);
        check(plan, cache);
      }
    }
  }

  @Test
  void everyRowHasItsOwnBoundaryBetweenANearAndAFarSegment() {
    RotaryTable table = table(32, RotaryScaling.NONE);
    KvPages cache = samples.cache(2, 32, DType.F16, 600);
    int[] rows = samples.rows(600, 0.6);
    for (int count : new int[] {1, 2, 70, 300}) {
      for (int reach : new int[] {1, 2, 50, 299, 700}) {
        for (int window : new int[] {0, 1, 30, 400}) {
          List<Segment> segments =
              List.of(
                  new Segment(
                      samples.heads(count, 4, 32),
                      new KeyRows.Range(Math.max(0, 600 - count - reach), 600),
                      new KeyRotation.TruePosition(table),
                      new AttentionPlan.Reach(0, reach - 1)),
                  new Segment(
                      samples.heads(count, 4, 32),
                      KeyRows.Gathered.shared(rows),
                      new KeyRotation.Fixed(table, 0),
                      new AttentionPlan.Reach(reach, Integer.MAX_VALUE)));
          AttentionPlan plan = new AttentionPlan(segments, 600 - count, true, window, 0.2f);
          check(plan, cache);
          assertThat(kernels.cost(plan, cache).pairs()).isEqualTo(oracle.cost(plan, cache).pairs());
        }
      }
    }
  }

  @Test
  void aReachMayLookAheadWhereAttentionIsNotCausal() {
    KvPages cache = samples.cache(1, 16, DType.F32, 90);
    Segment segment =
        new Segment(
            samples.heads(40, 2, 16),
            new KeyRows.Range(0, 90),
            KeyRotation.AS_STORED,
            new AttentionPlan.Reach(-7, 12));
    check(new AttentionPlan(List.of(segment), 30, false, 0, 0.25f), cache);
    check(new AttentionPlan(List.of(segment), 30, true, 0, 0.25f), cache);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttentionPlan.Reach(3, 2))
        .withMessageContaining("nearest <= farthest");
  }

  @Test
  void twoSegmentsSplitByReachAreTheWholeInOne() {
    KvPages cache = samples.cache(2, 32, DType.F32, 500);
    HeadsView queries = samples.heads(130, 4, 32);
    KeyRows all = new KeyRows.Range(0, 500);
    AttentionPlan split =
        new AttentionPlan(
            List.of(
                new Segment(queries, all, KeyRotation.AS_STORED, new AttentionPlan.Reach(0, 99)),
                new Segment(
                    queries,
                    all,
                    KeyRotation.AS_STORED,
                    new AttentionPlan.Reach(100, Integer.MAX_VALUE))),
            370,
            true,
            0,
            0.2f);
    AttentionPlan whole = plan(queries, all, KeyRotation.AS_STORED, 370, true, 0);
    AttentionPlan scaled = new AttentionPlan(whole.segments(), 370, true, 0, 0.2f);
    HeadsView two = samples.heads(130, 4, 32);
    HeadsView one = samples.copy(two);
    kernels.attend(split, cache, AttentionOutput.of(two));
    kernels.attend(scaled, cache, AttentionOutput.of(one));
    assertClose(two.buffer(), one.buffer());
    assertThat(kernels.cost(split, cache).pairs()).isEqualTo(kernels.cost(scaled, cache).pairs());
  }

  // Bookkeeping

  @Test
  void attendReportsTheCostThatCostForetells() {
    KvPages cache = samples.cache(2, 8, DType.F16, 777);
    for (int rows : new int[] {1, 5, 43, 300}) {
      for (int window : new int[] {0, 1, 50, 1000}) {
        for (boolean causal : new boolean[] {true, false}) {
          HeadsView queries = samples.heads(rows, 6, 8);
          List<Segment> segments =
              List.of(
                  new Segment(queries, new KeyRows.Range(500, 777), KeyRotation.AS_STORED),
                  new Segment(
                      queries,
                      new KeyRows.Gathered(
                          new int[][] {samples.rows(500, 0.1), samples.rows(450, 0.7)}),
                      KeyRotation.AS_STORED));
          AttentionPlan plan = new AttentionPlan(segments, 450, causal, window, 0.3f);
          AttentionCost done =
              kernels.attend(plan, cache, AttentionOutput.of(samples.heads(rows, 6, 8)));
          assertThat(done).isEqualTo(kernels.cost(plan, cache));
          assertThat(done.pairs()).isEqualTo(oracle.cost(plan, cache).pairs());
        }
      }
    }
  }

  @Test
  void oneRowReadsEveryVisibleKeyAndValueOnce() {
    KvPages cache = samples.cache(3, 64, DType.F16, 1000);
    AttentionPlan plan = AttentionPlan.dense(samples.heads(1, 9, 64), 999, 0, 0.125f);
    AttentionCost cost = kernels.cost(plan, cache);
    assertThat(cost.pairs()).isEqualTo(9 * 1000);
    assertThat(cost.kvBytesRead()).isEqualTo(1000 * cache.bytesPerToken());
  }

  @Test
  void badPlansAreRefused() {
    KvPages cache = samples.cache(2, 8, DType.F32, 20);
    HeadsView queries = samples.heads(3, 4, 8);
    List<AttentionPlan> plans = new ArrayList<>();
    plans.add(AttentionPlan.dense(queries, 18, 0, 1f)); // one key too many
    plans.add(dense(queries, KeyRows.Gathered.shared(1, 20)));
    plans.add(dense(queries, new KeyRows.Gathered(new int[][] {{1}, {2}, {3}})));
    plans.add(dense(queries, new KeyRows.Gathered(new int[0][])));
    plans.add(AttentionPlan.dense(samples.heads(3, 4, 9), 0, 0, 1f));
    plans.add(AttentionPlan.dense(samples.heads(3, 3, 8), 0, 0, 1f));
    RotaryTable table = table(8, RotaryScaling.NONE);
    for (KeyRotation rotation :
        List.of(
            new KeyRotation.CompactRank(table, -1),
            new KeyRotation.CompactRank(table, RotaryTable.MAX_POSITIONS - 2),
            new KeyRotation.Fixed(table, -1),
            new KeyRotation.TruePosition(table(6, RotaryScaling.NONE)))) {
      plans.add(plan(queries, new KeyRows.Range(0, 9), rotation, 0, true, 0));
    }
    plans.add(
        plan(
            queries,
            new KeyRows.Range(0, 9),
            KeyRotation.AS_STORED,
            Integer.MAX_VALUE - 1,
            true,
            0));
    for (AttentionPlan plan : plans) {
      HeadsView shape = plan.segments().get(0).queries();
      AttentionOutput output =
          AttentionOutput.of(samples.heads(shape.rows(), shape.heads(), shape.headDim()));
      assertThatIllegalArgumentException().isThrownBy(() -> kernels.attend(plan, cache, output));
      assertThatIllegalArgumentException().isThrownBy(() -> kernels.cost(plan, cache));
    }
  }

  @Test
  void outputsOfTheWrongSizeAreRefused() {
    KvPages cache = samples.cache(2, 8, DType.F32, 20);
    AttentionPlan plan = AttentionPlan.dense(samples.heads(3, 4, 8), 17, 0, 1f);
    HeadsView values = samples.heads(3, 4, 8);
    Buffer logs = samples.floats(12);
    Buffer mass = samples.floats(80);
    kernels.attend(plan, cache, new AttentionOutput(values, logs, mass));
    for (AttentionOutput output :
        List.of(
            AttentionOutput.of(samples.heads(2, 4, 8)),
            AttentionOutput.of(samples.heads(3, 2, 8)),
            AttentionOutput.of(samples.heads(3, 4, 7)),
            new AttentionOutput(values, samples.floats(11), mass),
            new AttentionOutput(values, logs, samples.floats(79)))) {
      assertThatIllegalArgumentException().isThrownBy(() -> kernels.attend(plan, cache, output));
    }
  }

  @Test
  void callersFromSeveralThreadsDoNotDisturbEachOther() throws Exception {
    KvPages cache = samples.cache(3, 64, DType.F16, 1200);
    List<AttentionPlan> plans = new ArrayList<>();
    List<HeadsView> expected = new ArrayList<>();
    for (int rows : new int[] {1, 1, 4, 60}) {
      AttentionPlan plan = AttentionPlan.dense(samples.heads(rows, 9, 64), 1200 - rows, 0, 0.125f);
      plans.add(plan);
      expected.add(samples.heads(rows, 9, 64));
      oracle.attend(plan, cache, AttentionOutput.of(expected.get(expected.size() - 1)));
    }
    try (ExecutorService callers = Executors.newFixedThreadPool(plans.size())) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < plans.size(); i++) {
        AttentionPlan plan = plans.get(i);
        HeadsView want = expected.get(i);
        HeadsView out = samples.copy(want);
        futures.add(
            callers.submit(
                () -> {
                  for (int repeat = 0; repeat < 50; repeat++) {
                    kernels.attend(plan, cache, AttentionOutput.of(out));
                    assertClose(out.buffer(), want.buffer());
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }

  // Helpers

  private static float scale(int headDim) {
    return (float) (1 / Math.sqrt(headDim));
  }

  private static RotaryTable table(int headDim, RotaryScaling scaling) {
    return new RotaryTable(
        new RotaryConfig(10_000, headDim, headDim, RotaryConfig.Pairing.HALF_SPLIT, scaling));
  }

  private static AttentionPlan dense(HeadsView queries, KeyRows keys) {
    return plan(queries, keys, KeyRotation.AS_STORED, 0, true, 0);
  }

  private static AttentionPlan plan(
      HeadsView queries,
      KeyRows keys,
      KeyRotation rotation,
      int firstPosition,
      boolean causal,
      int window) {
    return new AttentionPlan(
        List.of(new Segment(queries, keys, rotation)),
        firstPosition,
        causal,
        window,
        scale(queries.headDim()));
  }

  private HeadsView check(AttentionPlan plan, KvPages cache) {
    return check(plan, cache, BOUND);
  }

  /** Runs the plan with all outputs on both, compares them, and returns the values. */
  private HeadsView check(AttentionPlan plan, KvPages cache, double bound) {
    HeadsView shape = plan.segments().get(0).queries();
    int keys = 0;
    for (int h = 0; h < shape.heads(); h++) {
      int count = 0;
      for (Segment segment : plan.segments()) {
        count += segment.keys().count(segment.keys().listOf(h, shape.heads()));
      }
      keys = Math.max(keys, count);
    }
    HeadsView got = samples.heads(shape.rows(), shape.heads(), shape.headDim());
    HeadsView again = samples.copy(got);
    HeadsView want = samples.copy(got);
    long queries = (long) shape.rows() * shape.heads();
    Buffer gotLogs = samples.floats(queries);
    Buffer wantLogs = samples.floats(queries);
    Buffer gotMass = samples.floats((long) shape.heads() * keys);
    Buffer wantMass = samples.floats((long) shape.heads() * keys);
    oracle.attend(plan, cache, new AttentionOutput(want, wantLogs, wantMass));
    kernels.attend(plan, cache, AttentionOutput.of(got));
    assertClose(got.buffer(), want.buffer(), bound);
    AttentionCost cost = kernels.attend(plan, cache, new AttentionOutput(again, gotLogs, gotMass));
    assertThat(cost).isEqualTo(kernels.cost(plan, cache));
    assertClose(again.buffer(), want.buffer(), bound);
    assertClose(gotLogs, wantLogs, bound);
    assertClose(gotMass, wantMass, bound * 2);
    return got;
  }

  private static void assertSameBits(Buffer got, Buffer want) {
    assertThat(got.segment().mismatch(want.segment())).isEqualTo(-1);
  }
}
