package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.AttentionPlan.Segment;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.Samples;
import dev.winnow.kernels.SelectionCost;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The bytes that kernels report, against a reader that counts every row while it is loaded, and
 * both against sums written out here.
 */
class CountedReadsTest {
  private static final int HEADS = 6;
  private static final int KV_HEADS = 2;
  private static final int DIM = 32;

  private final Samples samples = new Samples(41);
  private final ReadCounter reads = new ReadCounter(KV_HEADS, 1200);
  private final CpuKernels kernels = new CpuKernels(new WorkerPool(3), reads::tile);

  @AfterEach
  void close() {
    kernels.close();
    samples.close();
  }

  private KvPages cache(DType dtype, int length) {
    return samples.cache(KV_HEADS, DIM, dtype, length);
  }

  /** Executes {@code plan}; its report must be what was loaded and what was predicted. */
  private long bytes(AttentionPlan plan, KvPages cache, boolean wantsMass) {
    reads.clear();
    HeadsView output = samples.heads(plan.rows(), HEADS, DIM);
    Buffer mass = wantsMass ? samples.floats((long) HEADS * plan.mostKeys(HEADS)) : null;
    AttentionCost done = kernels.attend(plan, cache, new AttentionOutput(output, null, mass));
    assertThat(done).isEqualTo(kernels.cost(plan, cache));
    assertThat(done.kvBytesRead()).isEqualTo(reads.bytes());
    assertThat(reads.values()).as("values are read where keys are").isEqualTo(reads.keys());
    return done.kvBytesRead();
  }

  private static AttentionPlan plan(HeadsView queries, int position, int window, KeyRows... keys) {
    List<Segment> segments =
        Arrays.stream(keys).map(rows -> new Segment(queries, rows, KeyRotation.AS_STORED)).toList();
    return new AttentionPlan(segments, position, true, window, 0.2f);
  }

  /** A key and a value of one KV head. */
  private static long pair(DType dtype) {
    return 2L * DIM * dtype.bytes();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void decodingReadsEveryKeyOnceForAllHeadsOfAGroup(DType dtype) {
    KvPages cache = cache(dtype, 1000);
    AttentionPlan plan = AttentionPlan.dense(samples.heads(1, HEADS, DIM), 999, 0, 0.2f);
    // 2 KV heads read 1,000 rows each; 3 query heads share a read.
    assertThat(bytes(plan, cache, false)).isEqualTo(2 * 1000 * pair(dtype));
    for (int head = 0; head < KV_HEADS; head++) {
      assertThat(reads.keys()[head]).startsWith(IntStream.range(0, 1000).map(i -> 1).toArray());
    }
    assertThat(bytes(plan, cache, true)).as("with mass").isEqualTo(2 * 1000 * pair(dtype));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void aWindowReadsNothingBeforeIt(DType dtype) {
    KvPages cache = cache(dtype, 700);
    AttentionPlan decode = AttentionPlan.dense(samples.heads(1, HEADS, DIM), 699, 100, 0.2f);
    assertThat(bytes(decode, cache, false)).isEqualTo(2 * 100 * pair(dtype));
    assertThat(reads.keys()[1][599]).isZero();
    assertThat(reads.keys()[1][600]).isEqualTo(1);
    // The 10 rows of a prompt's last chunk see from row 690 - 99 on.
    AttentionPlan prompt = AttentionPlan.dense(samples.heads(10, HEADS, DIM), 690, 100, 0.2f);
    assertThat(bytes(prompt, cache, false)).isEqualTo(2 * (700 - 591) * pair(dtype));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void aPromptIsReadOnceForEveryTileOfQueries(DType dtype) {
    KvPages cache = cache(dtype, 300);
    // A tile is 42 rows: 128 queries over 3 heads of a group. 100 rows make tiles of 42, 42 and 16,
    // which see the first 242, 284 and 300 keys.
    AttentionPlan plan = AttentionPlan.dense(samples.heads(100, HEADS, DIM), 200, 0, 0.2f);
    assertThat(bytes(plan, cache, false)).isEqualTo(2 * (242 + 284 + 300) * pair(dtype));
    assertThat(bytes(plan, cache, true)).isEqualTo(2 * (242 + 284 + 300) * pair(dtype));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void segmentsReadTheirOwnRowsAndOverlapNowhere(DType dtype) {
    KvPages cache = cache(dtype, 900);
    KeyRows sinks = new KeyRows.Range(0, 4);
    KeyRows middle = KeyRows.Gathered.shared(9, 255, 256, 257, 511);
    KeyRows window = new KeyRows.Range(800, 900);
    AttentionPlan plan = plan(samples.heads(1, HEADS, DIM), 899, 0, sinks, middle, window);
    assertThat(bytes(plan, cache, false)).isEqualTo(2 * (4 + 5 + 100) * pair(dtype));
    assertThat(reads.keys()[0]).contains(1, 0).doesNotContain(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void listsOfKvHeadsAreReadOnceAndListsOfQueryHeadsOnceEach(DType dtype) {
    KvPages cache = cache(dtype, 600);
    int[] four = {3, 70, 300, 599};
    int[] two = {0, 511};
    HeadsView queries = samples.heads(1, HEADS, DIM);
    AttentionPlan perKvHead = plan(queries, 599, 0, new KeyRows.Gathered(new int[][] {four, two}));
    assertThat(bytes(perKvHead, cache, false)).isEqualTo((4 + 2) * pair(dtype));
    AttentionPlan perQueryHead =
        plan(queries, 599, 0, new KeyRows.Gathered(new int[][] {four, two, four, two, two, two}));
    assertThat(bytes(perQueryHead, cache, false)).isEqualTo((4 + 2 + 4 + 2 + 2 + 2) * pair(dtype));
    assertThat(reads.keys()[0][70]).as("query heads 0 and 2").isEqualTo(2);
    assertThat(reads.keys()[1][511]).as("query heads 3, 4 and 5").isEqualTo(3);
    // A shared segment beside one that is listed for every query head is read by each alone.
    AttentionPlan mixed =
        plan(
            queries,
            599,
            0,
            new KeyRows.Gathered(new int[][] {four, four, four, four, four, four}),
            new KeyRows.Range(600 - 20, 599));
    assertThat(bytes(mixed, cache, false)).isEqualTo(6 * (4 + 19) * pair(dtype));
  }

  @Test
  void rowsBehindTheQueryAreNotRead() {
    KvPages cache = cache(DType.F16, 500);
    AttentionPlan plan =
        plan(samples.heads(1, HEADS, DIM), 100, 0, KeyRows.Gathered.shared(5, 100, 101, 499));
    assertThat(bytes(plan, cache, false)).isEqualTo(2 * 2 * pair(DType.F16));
    assertThat(reads.keys()[0][101]).isZero();
  }

  @Test
  void rotatedKeysAreReadAsOftenAsStoredOnes() {
    KvPages cache = cache(DType.F16, 500);
    RotaryTable table =
        new RotaryTable(
            new RotaryConfig(
                10_000, DIM, DIM, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE));
    HeadsView queries = samples.heads(2, HEADS, DIM);
    KeyRows far = KeyRows.Gathered.shared(samples.rows(400, 0.2));
    List<Segment> segments =
        List.of(
            new Segment(queries, far, new KeyRotation.Fixed(table, 0)),
            new Segment(
                queries, new KeyRows.Range(400, 500), new KeyRotation.CompactRank(table, 7)));
    AttentionPlan plan = new AttentionPlan(segments, 498, true, 0, 0.2f);
    assertThat(bytes(plan, cache, false)).isEqualTo(2 * (far.count(0) + 100) * pair(DType.F16));
  }

  @Test
  void everySmallPlanIsReadAsCountedRowByRow() {
    KvPages cache = cache(DType.BF16, 400);
    for (int rows : new int[] {1, 2, 3, 43, 90}) {
      for (int window : new int[] {0, 1, 37}) {
        int position = 400 - rows;
        KeyRows all =
            new KeyRows.Gathered(
                IntStream.range(0, HEADS)
                    .mapToObj(head -> samples.rows(300, 0.3))
                    .toArray(int[][]::new));
        AttentionPlan plan =
            plan(
                samples.heads(rows, HEADS, DIM),
                position,
                window,
                all,
                new KeyRows.Range(300, 400));
        assertThat(bytes(plan, cache, false)).isEqualTo(byTheRule(plan) * pair(DType.BF16));
      }
    }
  }

  /**
   * Keys read: one query head at a time, since each has a list of its own, in tiles of 128 rows.
   */
  private static long byTheRule(AttentionPlan plan) {
    long count = 0;
    for (int head = 0; head < HEADS; head++) {
      for (Segment segment : plan.segments()) {
        KeyRows keys = segment.keys();
        int list = keys.listOf(head, HEADS);
        for (int i = 0; i < keys.count(list); i++) {
          int key = keys.row(list, i);
          boolean seen =
              IntStream.range(0, plan.rows())
                  .anyMatch(row -> plan.sees(segment, plan.firstPosition() + row, key));
          count += seen ? 1 : 0;
        }
      }
    }
    return count;
  }

  @Test
  void packedDimensionsAreReadOnceForAllHeadsOfAGroup() {
    KvPages cache = cache(DType.F16, 600);
    try (KeyPages packed = new KeyPages(KV_HEADS, 8, DType.F16)) {
      int[] dims = {0, 3, 5, 8, 16, 19, 21, 24};
      kernels.packKeys(cache, 0, 600, new int[][] {dims, dims}, packed);
      CountingStore store = new CountingStore(packed);
      Buffer scores = samples.floats(HEADS * 600L);
      SelectionCost cost = kernels.scoreKeys(samples.heads(1, HEADS, 8), store, 10, 600, scores);
      // 590 rows of 8 elements of 2 bytes for each of 2 KV heads; 2 operations for each of 6 heads.
      assertThat(cost.bytesRead()).isEqualTo(2 * 590 * 8 * 2);
      assertThat(cost.flops()).isEqualTo(6 * 590 * 8 * 2);
      assertThat(store.pagesOf(0)).as("pages, each once for each KV head").isEqualTo(2);
      assertThat(store.pagesOf(2)).isEqualTo(2);
    }
  }

  @Test
  void pageSummariesAreReadOnceEach() {
    try (KeyPages summaries = new KeyPages(1, 48, DType.F16)) {
      for (int i = 0; i < 300; i++) {
        float[] row = new float[48];
        Arrays.fill(row, i);
        summaries.append(row);
      }
      CountingStore store = new CountingStore(summaries);
      SelectionCost cost =
          kernels.blockScores(samples.heads(1, 1, 48), store, 20, 290, samples.floats(270));
      assertThat(store.rows()).isEqualTo(270);
      assertThat(cost.bytesRead()).isEqualTo(270 * 48 * 2);
      // A dot product and the norm of each row, and the norm of the probe.
      assertThat(cost.flops()).isEqualTo(270 * 2 * 48 * 2 + 48 * 2);
    }
  }

  /** Counts what is asked of a store. */
  private static final class CountingStore implements KeyStore {
    private final KeyStore store;
    private final int[] pages = new int[16];
    private int rows;

    CountingStore(KeyStore store) {
      this.store = store;
    }

    int pagesOf(int page) {
      return pages[page];
    }

    int rows() {
      return rows;
    }

    @Override
    public int heads() {
      return store.heads();
    }

    @Override
    public int headDim() {
      return store.headDim();
    }

    @Override
    public DType dtype() {
      return store.dtype();
    }

    @Override
    public int length() {
      return store.length();
    }

    @Override
    public synchronized Buffer keys(int page) {
      pages[page]++;
      return store.keys(page);
    }

    @Override
    public synchronized long index(int head, int token) {
      rows++;
      return store.index(head, token);
    }
  }
}
