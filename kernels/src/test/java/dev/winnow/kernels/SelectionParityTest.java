package dev.winnow.kernels;

import static dev.winnow.kernels.Closeness.assertClose;
import static dev.winnow.kernels.Closeness.assertWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
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

/**
 * What every implementation of the kernels that score keys must do: agree with the float64 oracle.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SelectionParityTest {
  private final ReferenceKernels oracle = new ReferenceKernels();
  private Kernels kernels;
  private Samples samples;

  /** The implementation under test; closed after each test. */
  protected abstract Kernels create();

  @BeforeEach
  void open() {
    kernels = create();
    samples = new Samples(43);
  }

  @AfterEach
  void close() {
    samples.close();
    kernels.close();
  }

  // Dot products

  @ParameterizedTest
  @CsvSource({
    "1, 1, 64", "9, 3, 64", "8, 2, 32", "8, 1, 128", "3, 3, 80", "4, 1, 2", "6, 2, 8", "3, 1, 5",
    "4, 4, 16", "4, 1, 16", "9, 3, 16", "5, 1, 33", "2, 2, 256", "12, 1, 4", "3, 3, 1", "1, 1, 8",
    "14, 2, 24", "8, 1, 16", "15, 15, 32", "40, 1, 64"
  })
  void scoresAreDotProductsForAnyShape(int heads, int keyHeads, int width) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages keys = samples.cache(keyHeads, width, dtype, 700);
      HeadsView queries = samples.heads(1, heads, width);
      for (int[] range :
          new int[][] {
            {0, 700},
            {0, 1},
            {0, 0},
            {700, 700},
            {699, 700},
            {100, 612},
            {255, 257},
            {256, 512},
            {3, 40},
            {17, 34},
            {511, 513},
            {1, 256}
          }) {
        checkScores(queries, keys, range[0], range[1]);
        checkScores(queries, byDimension(keys), range[0], range[1]);
      }
    }
  }

  @Test
  void longStoresAreSharedOutAmongThreads() {
    for (int width : new int[] {16, 64}) {
      KvPages keys = samples.cache(3, width, DType.F16, 9_001);
      checkScores(samples.heads(1, 9, width), keys, 0, 9_001);
      checkScores(samples.heads(1, 9, width), keys, 301, 8_999);
    }
  }

  @Test
  void neighbouringQueryHeadsShareAKeyHead() {
    KvPages keys = samples.emptyCache(2, 1, DType.F16, 1);
    ReferenceKernels.store(keys.keys(0), keys.index(0, 0), 2f);
    ReferenceKernels.store(keys.keys(0), keys.index(1, 0), 3f);
    keys.setLength(1);
    Buffer scores = samples.floats(4);
    SelectionCost cost =
        kernels.scoreKeys(
            HeadsView.dense(samples.own(Buffer.of(1, 10, 100, 1000)), 1, 4, 1), keys, 0, 1, scores);
    assertThat(scores.toFloats(0, 4)).containsExactly(2f, 20f, 300f, 3000f);
    // 4 multiply-adds; 2 elements of 2 bytes.
    assertThat(cost).isEqualTo(new SelectionCost(8, 4));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
  void aSpecialElementReachesTheScoresOfItsKeyOnly(float special) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      for (int width : new int[] {5, 8, 16, 64}) {
        KvPages keys = samples.cache(2, width, dtype, 300);
        ReferenceKernels.store(keys.keys(0), keys.index(1, 137) + 3, special);
        HeadsView queries = samples.heads(1, 6, width);
        for (KeyStore store : new KeyStore[] {keys, byDimension(keys)}) {
          Buffer scores = checkScores(queries, store, 0, 300);
          for (int i = 0; i < 6 * 300; i++) {
            boolean reached = i / 300 >= 3 && i % 300 == 137;
            assertThat(Float.isFinite(scores.getFloat(i))).as("score %d", i).isNotEqualTo(reached);
          }
        }
      }
    }
  }

  @Test
  void aNanInAQueryPoisonsItsHeadOnly() {
    for (int width : new int[] {16, 64}) {
      KvPages keys = samples.cache(1, width, DType.F16, 100);
      HeadsView queries = samples.heads(1, 3, width);
      ReferenceKernels.store(queries.buffer(), queries.index(0, 1) + 5, Float.NaN);
      Buffer scores = checkScores(queries, keys, 0, 100);
      assertThat(scores.toFloats(100, 100)).containsOnly(Float.NaN);
      assertThat(scores.toFloats(0, 100)).doesNotContain(Float.NaN);
      assertThat(scores.toFloats(200, 100)).doesNotContain(Float.NaN);
    }
  }

  @Test
  void queriesTooLargeToCarryTheScaleOfHalfPrecisionAreStillRight() {
    for (int width : new int[] {8, 16, 64}) {
      KvPages keys = samples.cache(1, width, DType.F16, 100);
      HeadsView queries = samples.heads(1, 3, width);
      ReferenceKernels.store(queries.buffer(), queries.index(0, 1) + 7, 1e7f);
      checkScores(queries, keys, 0, 100);
      checkScores(queries, byDimension(keys), 0, 100);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void subnormalKeysCountInFull(DType dtype) {
    float tiny = dtype == DType.F16 ? 0x1p-24f : 0x1p-133f;
    for (int width : new int[] {8, 16, 64}) {
      KvPages keys = samples.cache(1, width, dtype, 100);
      for (int i = 0; i < 100 * width; i++) {
        ReferenceKernels.store(keys.keys(0), i, (i % 7 - 3) * tiny);
      }
      HeadsView queries = samples.heads(1, 3, width);
      for (int i = 0; i < 3 * width; i++) { // large enough for bf16 scores to be normal numbers
        float scale = dtype == DType.F16 ? 9000f : 0x1p100f;
        ReferenceKernels.store(queries.buffer(), queries.index(0, 0) + i, (i % 11 - 5) * scale);
      }
      checkScores(queries, byDimension(keys), 0, 100);
      Buffer scores = checkScores(queries, keys, 0, 100);
      float largest = 0;
      for (float score : scores.toFloats(0, 300)) {
        largest = Math.max(largest, Math.abs(score));
      }
      assertThat(largest).isGreaterThan(1e-10f);
    }
  }

  @Test
  void keysCarryNoPosition() {
    KvPages keys = samples.cache(1, 16, DType.F16, 300);
    KvPages backwards = samples.emptyCache(1, 16, DType.F16, 300);
    backwards.setLength(300);
    for (int t = 0; t < 300; t++) {
      for (int d = 0; d < 16; d++) {
        float element = ReferenceSelection.element(keys, 0, t, d);
        int at = 299 - t;
        ReferenceKernels.store(backwards.keys(at / 256), backwards.index(0, at) + d, element);
      }
    }
    HeadsView queries = samples.heads(1, 3, 16);
    Buffer forth = checkScores(queries, keys, 0, 300);
    Buffer back = checkScores(queries, backwards, 0, 300);
    for (int i = 0; i < 900; i++) {
      assertThat(back.getFloat(i / 300 * 300 + 299 - i % 300))
          .isCloseTo(forth.getFloat(i), within(1e-5f));
    }
  }

  @Test
  void dotProductsRefuseWrongArguments() {
    KvPages keys = samples.cache(2, 8, DType.F16, 20);
    HeadsView queries = samples.heads(1, 4, 8);
    Buffer scores = samples.floats(80);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.scoreKeys(samples.heads(2, 4, 8), keys, 0, 20, scores))
        .withMessageContaining("one row, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.scoreKeys(samples.heads(1, 3, 8), keys, 0, 20, scores))
        .withMessageContaining("3 query heads are not a multiple of 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.scoreKeys(samples.heads(1, 4, 7), keys, 0, 20, scores))
        .withMessageContaining("headDim 7, the keys 8");
    for (int[] range : new int[][] {{-1, 5}, {6, 5}, {0, 21}, {21, 21}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.scoreKeys(queries, keys, range[0], range[1], scores))
          .withMessageContaining("of a store of 20 rows");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.scoreKeys(queries, keys, 0, 20, samples.floats(79)))
        .withMessageContaining("at least 80 F32 elements, got 79");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.scoreKeys(queries, keys, 0, 20, keys.keys(0)))
        .withMessageContaining("F16");
  }

  /** The same keys stored by dimension. */
  private KeyPages byDimension(KeyStore keys) {
    KeyPages turned = samples.own(KeyPages.byDimension(keys.heads(), keys.headDim(), keys.dtype()));
    float[] row = new float[keys.heads() * keys.headDim()];
    for (int t = 0; t < keys.length(); t++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = ReferenceSelection.element(keys, i / keys.headDim(), t, i % keys.headDim());
      }
      turned.append(row);
    }
    return turned;
  }

  private Buffer checkScores(HeadsView queries, KeyStore keys, int from, int to) {
    long count = (long) queries.heads() * (to - from);
    Buffer got = samples.floats(count + 3);
    Buffer want = samples.floats(count + 3);
    got.setFloat(count, 7); // behind the scores, to be left alone
    want.setFloat(count, 7);
    SelectionCost cost = kernels.scoreKeys(queries, keys, from, to, got);
    assertThat(cost).isEqualTo(oracle.scoreKeys(queries, keys, from, to, want));
    assertClose(got, want);
    return got;
  }

  // Packing

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void packedRowsHoldTheListedDimensionsOfEachHead(DType dtype) {
    checkPacking(dtype, new KeyPages(4, 5, dtype), new KeyPages(4, 5, dtype));
    checkPacking(dtype, KeyPages.byDimension(4, 5, dtype), KeyPages.byDimension(4, 5, dtype));
  }

  private void checkPacking(DType dtype, KeyPages packed, KeyPages expected) {
    KvPages cache = samples.cache(2, 16, dtype, 700);
    int[][] dims = {{3, 1, 15, 0, 8}, {0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}, {15, 14, 13, 12, 11}};
    try (packed;
        expected) {
      for (int[] part : new int[][] {{10, 1}, {11, 0}, {11, 500}, {511, 189}}) {
        kernels.packKeys(cache, part[0], part[1], dims, packed);
        oracle.packKeys(cache, part[0], part[1], dims, expected);
      }
      assertThat(packed.length()).isEqualTo(690);
      for (int page = 0; page < 3; page++) {
        assertThat(packed.keys(page).segment().mismatch(expected.keys(page).segment()))
            .isEqualTo(-1);
      }
      // Query heads 2 and 3 read KV head 1; row 0 was row 10 of the cache.
      assertThat(ReferenceSelection.element(packed, 3, 0, 4))
          .isEqualTo(ReferenceSelection.element(cache, 1, 10, 11));
    }
  }

  @Test
  void packedKeysMayBeStoredAsAnotherType() {
    KvPages cache = samples.cache(1, 8, DType.F32, 3);
    try (KeyPages packed = new KeyPages(1, 2, DType.BF16)) {
      kernels.packKeys(cache, 0, 3, new int[][] {{7, 2}}, packed);
      Buffer rounded = samples.own(Buffer.allocate(DType.BF16, 1));
      ReferenceKernels.store(rounded, 0, ReferenceSelection.element(cache, 0, 2, 7));
      assertThat(ReferenceSelection.element(packed, 0, 2, 0)).isEqualTo(rounded.getFloat(0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 32})
  void scoresOfDisjointDimensionsAddUpToTheDotProduct(int width) {
    KvPages cache = samples.cache(2, 64, DType.F16, 600);
    HeadsView queries = samples.heads(1, 4, 64);
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < 64; d++) {
      order.add(d);
    }
    Collections.shuffle(order, samples.random());
    int count = 590;
    double[] sums = new double[4 * count];
    for (int part = 0; part < 64 / width; part++) {
      int[] dims =
          order.subList(part * width, (part + 1) * width).stream().mapToInt(d -> d).toArray();
      HeadsView chosen = samples.heads(1, 4, width);
      for (int h = 0; h < 4; h++) {
        for (int d = 0; d < width; d++) {
          float q = queries.buffer().getFloat(queries.index(0, h) + dims[d]);
          ReferenceKernels.store(chosen.buffer(), chosen.index(0, h) + d, q);
        }
      }
      try (KeyPages packed = new KeyPages(2, width, DType.F16)) {
        kernels.packKeys(cache, 0, 600, new int[][] {dims, dims}, packed);
        Buffer scores = checkScores(chosen, packed, 10, 600);
        for (int i = 0; i < sums.length; i++) {
          sums[i] += scores.getFloat(i);
        }
      }
    }
    Buffer full = checkScores(queries, cache, 10, 600);
    for (int i = 0; i < sums.length; i++) {
      assertThat((float) sums[i]).isCloseTo(full.getFloat(i), within(1e-4f));
    }
  }

  @Test
  void packingRefusesWrongArguments() {
    KvPages cache = samples.cache(2, 8, DType.F16, 20);
    try (KeyPages packed = new KeyPages(2, 3, DType.F16);
        KeyPages three = new KeyPages(3, 1, DType.F16)) {
      int[][] dims = {{0, 1, 2}, {5, 6, 7}};
      for (int[] rows : new int[][] {{-1, 1}, {0, -1}, {0, 21}, {20, 1}, {1, Integer.MAX_VALUE}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> kernels.packKeys(cache, rows[0], rows[1], dims, packed))
            .withMessageContaining("of a cache of 20 rows");
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.packKeys(cache, 0, 1, new int[][] {{0, 1, 2}}, packed))
          .withMessageContaining("1 lists of dimensions for 2 packed heads");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.packKeys(cache, 0, 1, new int[][] {{0}, {1}, {2}}, three))
          .withMessageContaining("multiple of the KV heads");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.packKeys(cache, 0, 1, new int[][] {{0, 1, 2}, {5, 6}}, packed))
          .withMessageContaining("head 1 lists 2 dimensions, packed keys have 3");
      for (int dim : new int[] {-1, 8}) {
        assertThatIllegalArgumentException()
            .isThrownBy(
                () -> kernels.packKeys(cache, 0, 1, new int[][] {{0, 1, 2}, {5, 6, dim}}, packed))
            .withMessageContaining("head 1: dimension must be in [0, 8), got " + dim);
      }
      assertThat(packed.length()).isZero();
    }
  }

  // Votes

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 1, 5",
    "9, 3, 1000",
    "8, 2, 4096",
    "4, 4, 4097",
    "12, 1, 9000",
    "2, 1, 0",
    "2, 2, 16",
    "6, 3, 17",
    "3, 3, 15"
  })
  void votesAreSummedSoftmaxes(int heads, int groups, int count) {
    Buffer scores = scores((long) heads * count + 2, 8);
    Buffer votes = checkVotes(scores, heads, groups, count);
    double sum = 0;
    for (float vote : votes.toFloats(0, groups * count)) {
      sum += vote;
    }
    assertThat(sum).isCloseTo(count == 0 ? 0 : heads, within(1e-4));
  }

  @Test
  void aConstantAddedToTheScoresOfAHeadChangesNoVote() {
    Buffer scores = scores(3 * 500, 4);
    Buffer votes = checkVotes(scores, 3, 1, 500);
    for (int i = 500; i < 1000; i++) {
      scores.setFloat(i, scores.getFloat(i) + 64);
    }
    assertWithin(1e-5, checkVotes(scores, 3, 1, 500), votes);
  }

  @Test
  void candidatesAndHeadsMayBePermuted() {
    int count = 100;
    Buffer scores = scores(3 * count, 4);
    Buffer permuted = samples.floats(3 * count);
    for (int i = 0; i < 3 * count; i++) {
      int head = (i / count + 1) % 3;
      int candidate = (i % count * 37 + 11) % count;
      permuted.setFloat(head * count + candidate, scores.getFloat(i));
    }
    Buffer votes = checkVotes(scores, 3, 1, count);
    Buffer other = checkVotes(permuted, 3, 1, count);
    for (int i = 0; i < count; i++) {
      assertThat(other.getFloat((i * 37 + 11) % count)).isCloseTo(votes.getFloat(i), within(1e-6f));
    }
  }

  @Test
  void aLoudHeadMovesNoVoteByMoreThanOne() {
    Buffer scores = scores(4 * 300, 2);
    Buffer votes = checkVotes(scores, 4, 1, 300);
    for (int i = 0; i < 300; i++) {
      scores.setFloat(i, scores.getFloat(i) * 100);
    }
    Buffer loud = checkVotes(scores, 4, 1, 300);
    for (int i = 0; i < 300; i++) {
      assertThat(Math.abs(loud.getFloat(i) - votes.getFloat(i))).isLessThanOrEqualTo(1f);
    }
  }

  @Test
  void handComputedVotes() {
    float ln2 = (float) Math.log(2);
    Buffer scores = samples.own(Buffer.of(0, ln2, ln2, 2 * ln2, 0, 0));
    // Softmaxes (1 2 2)/5 and (4 1 1)/6.
    Buffer votes = checkVotes(scores, 2, 1, 3);
    assertThat(votes.getFloat(0)).isCloseTo(1 / 5f + 4 / 6f, within(1e-6f));
    assertThat(votes.getFloat(2)).isCloseTo(2 / 5f + 1 / 6f, within(1e-6f));
  }

  @Test
  void minusInfinityGetsNoVoteAndOtherSpecialsPoisonTheirGroupOnly() {
    for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Buffer scores = scores(4 * 5000, 2);
      scores.setFloat(2 * 5000 + 4999, special);
      scores.setFloat(7, Float.NEGATIVE_INFINITY);
      scores.setFloat(5007, Float.NEGATIVE_INFINITY);
      Buffer votes = checkVotes(scores, 4, 2, 5000);
      assertThat(votes.getFloat(7)).isZero();
      assertThat(votes.toFloats(0, 5000)).doesNotContain(Float.NaN);
      assertThat(votes.toFloats(5000, 5000)).containsOnly(Float.NaN);
    }
    Buffer nothing = scores(2 * 5000, 2);
    for (int i = 0; i < 9000; i++) { // all of head 0 and most of head 1, a whole chunk of it
      nothing.setFloat(i, Float.NEGATIVE_INFINITY);
    }
    checkVotes(nothing, 2, 2, 5000);
    checkVotes(nothing, 2, 1, 5000);
  }

  @Test
  void votesOfHugeScoresDoNotOverflow() {
    checkVotes(scores(3 * 4500, 1e30f), 3, 1, 4500);
    Buffer largest = samples.floats(10);
    for (int i = 0; i < 10; i++) {
      largest.setFloat(i, i % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE);
    }
    assertThat(checkVotes(largest, 1, 1, 10).getFloat(0)).isCloseTo(0.2f, within(1e-6f));
  }

  @Test
  void votingRefusesWrongArguments() {
    Buffer scores = samples.floats(20);
    Buffer votes = samples.floats(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.softVote(scores, 4, 3, 5, votes))
        .withMessageContaining("4 heads in 3 groups");
    for (int[] bad : new int[][] {{0, 1, 5}, {4, 0, 5}, {2, 2, -1}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.softVote(scores, bad[0], bad[1], bad[2], votes));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.softVote(scores, 4, 2, 6, votes))
        .withMessageContaining("scores need at least 24");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.softVote(scores, 4, 4, 5, votes))
        .withMessageContaining("votes need at least 20");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.softVote(scores, 4, 1, 5, scores))
        .withMessageContaining("share memory");
  }

  private Buffer checkVotes(Buffer scores, int heads, int groups, int count) {
    Buffer got = samples.floats((long) groups * count + 2);
    Buffer want = samples.floats((long) groups * count + 2);
    kernels.softVote(scores, heads, groups, count, got);
    oracle.softVote(scores, heads, groups, count, want);
    assertClose(got, want);
    return got;
  }

  private Buffer scores(long count, float spread) {
    Buffer scores = samples.floats(count);
    for (long i = 0; i < count; i++) {
      scores.setFloat(i, (float) samples.random().nextGaussian() * spread);
    }
    return scores;
  }

  // Cosines

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 33, 64, 80, 576})
  void blockScoresAreCosines(int width) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages rows = samples.cache(1, width, dtype, 600);
      HeadsView probe = samples.heads(1, 1, width);
      for (int[] range : new int[][] {{0, 600}, {7, 7}, {250, 259}, {599, 600}}) {
        checkCosines(probe, rows, range[0], range[1]);
      }
    }
  }

  @Test
  void allZerosGiveZeroAndParallelVectorsOne() {
    try (KeyPages rows = new KeyPages(1, 3, DType.F16)) {
      rows.append(0, 0, 0);
      rows.append(1, 2, 2);
      rows.append(-2, -4, -4);
      rows.append(0, 1, -1);
      HeadsView probe = HeadsView.dense(samples.own(Buffer.of(2, 4, 4)), 1, 1, 3);
      assertThat(checkCosines(probe, rows, 0, 4).toFloats(0, 4)).containsExactly(0f, 1f, -1f, 0f);
      HeadsView nothing = HeadsView.dense(samples.floats(3), 1, 1, 3);
      assertThat(checkCosines(nothing, rows, 0, 4).toFloats(0, 4)).containsOnly(0f);
    }
  }

  @Test
  void lengthsDoNotMatterHoweverSmallOrLarge() {
    for (float scale : new float[] {1e-30f, 1e-20f, 1f, 1e18f, 1e30f}) {
      for (float probeScale : new float[] {1e-30f, 1f, 1e30f}) {
        try (KeyPages rows = new KeyPages(1, 40, DType.F32)) {
          float[] row = new float[40];
          HeadsView probe = samples.heads(1, 1, 40);
          for (int d = 0; d < 40; d++) {
            row[d] = (float) samples.random().nextGaussian() * scale;
            float p = probe.buffer().getFloat(probe.index(0, 0) + d) * probeScale;
            ReferenceKernels.store(probe.buffer(), probe.index(0, 0) + d, p);
          }
          rows.append(row);
          checkCosines(probe, rows, 0, 1);
        }
      }
    }
  }

  @Test
  void specialRepresentativesPoisonTheirOwnScoreOnly() {
    KvPages rows = samples.cache(1, 32, DType.F16, 50);
    ReferenceKernels.store(rows.keys(0), rows.index(0, 7) + 3, Float.NaN);
    ReferenceKernels.store(rows.keys(0), rows.index(0, 9) + 3, Float.POSITIVE_INFINITY);
    float[] scores = checkCosines(samples.heads(1, 1, 32), rows, 0, 50).toFloats(0, 50);
    for (int i = 0; i < 50; i++) {
      assertThat(Float.isNaN(scores[i])).isEqualTo(i == 7 || i == 9);
    }
  }

  @Test
  void cosinesRefuseWrongArguments() {
    KvPages rows = samples.cache(1, 8, DType.F16, 20);
    Buffer scores = samples.floats(20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.blockScores(samples.heads(1, 2, 8), rows, 0, 20, scores))
        .withMessageContaining("got a probe [1, 2, 8]");
    KvPages twoHeads = samples.cache(2, 8, DType.F16, 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.blockScores(samples.heads(1, 1, 8), twoHeads, 0, 20, scores))
        .withMessageContaining("2 heads");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.blockScores(samples.heads(1, 1, 9), rows, 0, 20, scores))
        .withMessageContaining("headDim 9, the keys 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.blockScores(samples.heads(1, 1, 8), rows, 0, 21, scores))
        .withMessageContaining("[0, 21)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> kernels.blockScores(samples.heads(1, 1, 8), rows, 0, 20, samples.floats(19)))
        .withMessageContaining("got 19");
  }

  private Buffer checkCosines(HeadsView probe, KeyStore rows, int from, int to) {
    Buffer got = samples.floats(to - from);
    Buffer want = samples.floats(to - from);
    SelectionCost cost = kernels.blockScores(probe, rows, from, to, got);
    assertThat(cost).isEqualTo(oracle.blockScores(probe, rows, from, to, want));
    assertWithin(Closeness.BOUND, got, want);
    return got;
  }

  // Together

  @Test
  void callersFromSeveralThreadsDoNotDisturbEachOther() throws Exception {
    KvPages keys = samples.cache(3, 16, DType.F16, 5_000);
    try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        HeadsView queries = samples.heads(1, 9, 16);
        Buffer want = samples.floats(9 * 5_000);
        Buffer got = samples.floats(9 * 5_000);
        oracle.scoreKeys(queries, keys, 0, 5_000, want);
        Buffer votes = samples.floats(5_000);
        oracle.softVote(want, 9, 1, 5_000, votes);
        Buffer gotVotes = samples.floats(5_000);
        int[] top = oracle.topK(votes, 0, 5_000, 20);
        futures.add(
            callers.submit(
                () -> {
                  for (int repeat = 0; repeat < 20; repeat++) {
                    kernels.scoreKeys(queries, keys, 0, 5_000, got);
                    assertClose(got, want);
                    kernels.softVote(want, 9, 1, 5_000, gotVotes);
                    assertClose(gotVotes, votes);
                    assertThat(kernels.topK(votes, 0, 5_000, 20)).isEqualTo(top);
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }
}
