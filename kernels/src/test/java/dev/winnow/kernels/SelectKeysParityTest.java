package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every implementation of selectKeys must do: choose what the float64 oracle ranks highest,
 * whichever way keys are stored.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SelectKeysParityTest {
  /** Ranks that differ by less, relatively, may be taken for equal. */
  private static final double NEAR = 1e-4;

  private final ReferenceKernels oracle = new ReferenceKernels();
  private Kernels kernels;
  private Samples samples;

  /** The implementation under test; closed after each test. */
  protected abstract Kernels create();

  @BeforeEach
  void open() {
    kernels = create();
    samples = new Samples(47);
  }

  @AfterEach
  void close() {
    samples.close();
    kernels.close();
  }

  @ParameterizedTest
  @CsvSource({
    "9, 3, 16, 3", "9, 3, 16, 9", "9, 3, 16, 1", "9, 9, 16, 3", "8, 2, 5, 2", "4, 1, 1, 1",
    "4, 1, 33, 2", "6, 2, 64, 1", "6, 2, 64, 6", "2, 2, 24, 2", "7, 1, 8, 1", "10, 5, 80, 5",
    "3, 3, 12, 1", "40, 1, 4, 1"
  })
  void theBestOfEachGroupAreChosenForAnyShape(int heads, int keyHeads, int width, int groups) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages rows = samples.cache(keyHeads, width, dtype, 1500);
      KeyPages columns = byDimension(rows);
      HeadsView queries = queries(heads, width);
      for (int[] range :
          new int[][] {{0, 1500}, {4, 1468}, {256, 1024}, {255, 257}, {700, 740}, {1024, 1056}}) {
        int count = range[1] - range[0];
        for (int k : new int[] {1, 7, count / 2, count - 1}) {
          check(queries, rows, range[0], range[1], groups, k);
          check(queries, columns, range[0], range[1], groups, k);
        }
      }
    }
  }

  @Test
  void longStoresAreSharedOutAmongThreads() {
    KvPages rows = samples.cache(3, 16, DType.F16, 9_001);
    KeyPages columns = byDimension(rows);
    HeadsView queries = queries(9, 16);
    for (int groups : new int[] {1, 3, 9}) {
      for (int k : new int[] {1, 220, 4_000}) {
        check(queries, columns, 4, 8_969, groups, k);
        check(queries, rows, 4, 8_969, groups, k);
      }
    }
  }

  @Test
  void theSameCallGivesTheSameRowsAgain() {
    KeyPages keys = byDimension(samples.cache(3, 16, DType.F16, 5_000));
    HeadsView queries = queries(9, 16);
    int[][] first = kernels.selectKeys(queries, keys, 0, 5_000, 3, 300).rows();
    for (int i = 0; i < 20; i++) {
      assertThat(kernels.selectKeys(queries, keys, 0, 5_000, 3, 300).rows()).isDeepEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void ofEqualKeysTheLowerRowsAreChosen(int groups) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KeyPages keys = samples.own(KeyPages.byDimension(2, 3, dtype));
      for (int t = 0; t < 900; t++) {
        keys.append(1, -2, 3, 2, 0, t % 3 == 0 ? 1 : 0.5f);
      }
      HeadsView queries = ones(4, 3);
      int[][] rows = kernels.selectKeys(queries, keys, 10, 900, groups, 5).rows();
      // KV head 0 has no preference, KV head 1 prefers every third row.
      int[] third = {12, 15, 18, 21, 24};
      int[] lowest = {10, 11, 12, 13, 14};
      assertThat(rows[groups - 1]).containsExactly(third);
      assertThat(rows[0]).containsExactly(groups == 1 ? third : lowest);
    }
  }

  @Test
  void aScoreFarAboveTheRestOfItsPageIsFound() {
    for (float far : new float[] {6f, 20f, 60f, 300f, 30_000f}) {
      KeyPages keys = samples.own(KeyPages.byDimension(1, 2, DType.F16));
      for (int t = 0; t < 1024; t++) {
        keys.append(t == 300 || t == 700 ? far : 0, t % 5);
      }
      HeadsView queries = ones(3, 2);
      assertThat(kernels.selectKeys(queries, keys, 0, 1024, 1, 2).rows()[0])
          .containsExactly(300, 700);
      // 300 % 5 == 0 and 700 % 5 == 0: what follows are the first rows with t % 5 == 4.
      if (far <= 60f) {
        assertThat(kernels.selectKeys(queries, keys, 0, 1024, 1, 4).rows()[0])
            .containsExactly(4, 9, 300, 700);
      }
    }
  }

  @Test
  void pagesFarBelowAnotherGetTheirShareOfTheVote() {
    KeyPages keys = samples.own(KeyPages.byDimension(1, 1, DType.F32));
    for (int t = 0; t < 768; t++) {
      // A page around -1000, one around 0, and one where no row can be seen.
      keys.append(t < 256 ? -1000 + t % 7 : t < 512 ? t % 11 : Float.NEGATIVE_INFINITY);
    }
    int[] rows = kernels.selectKeys(ones(2, 1), keys, 0, 768, 1, 23).rows()[0];
    // 256 = 11 * 23 + 3: rows that are 10 modulo 11 from row 263 on.
    assertThat(rows).containsExactly(IntStream.range(0, 23).map(i -> 263 + 11 * i).toArray());
  }

  @Test
  void keysOfScoreMinusInfinityComeLast() {
    for (int groups : new int[] {1, 2}) {
      KeyPages keys = samples.own(KeyPages.byDimension(1, 1, DType.F16));
      for (int t = 0; t < 600; t++) {
        keys.append(t < 590 ? Float.NEGATIVE_INFINITY : t % 4);
      }
      int[] rows = kernels.selectKeys(ones(2, 1), keys, 0, 600, groups, 12).rows()[0];
      assertThat(rows).containsExactly(0, 1, 590, 591, 592, 593, 594, 595, 596, 597, 598, 599);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aSpecialElementTakesTheVoteFromItsGroupOnly(float special) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages rows = samples.cache(2, 8, dtype, 700);
      ReferenceKernels.store(rows.keys(1), rows.index(1, 300) + 3, special);
      HeadsView queries = ones(4, 8);
      for (KeyStore keys : new KeyStore[] {rows, byDimension(rows)}) {
        check(queries, keys, 5, 250, 2, 9);
        int[][] chosen = kernels.selectKeys(queries, keys, 5, 700, 2, 9).rows();
        assertThat(chosen[0]).isEqualTo(expected(queries, keys, 5, 700, 2, 9)[0]);
        assertThat(chosen[1]).containsExactly(5, 6, 7, 8, 9, 10, 11, 12, 13);
        // Alone, a head ranks it: NaN lowest, infinity highest.
        int[][] alone = kernels.selectKeys(queries, keys, 5, 700, 4, 9).rows();
        assertThat(alone[3]).isEqualTo(expected(queries, keys, 5, 700, 4, 9)[3]);
      }
    }
  }

  @Test
  void queriesTooLargeToCarryTheScaleOfHalfPrecisionAreStillRight() {
    KeyPages keys = byDimension(samples.cache(1, 8, DType.F16, 400));
    HeadsView queries = samples.heads(1, 2, 8);
    ReferenceKernels.store(queries.buffer(), queries.index(0, 1) + 7, 1e7f);
    check(queries, keys, 0, 400, 2, 10);
  }

  @Test
  void asManyAsThereAreGivesAllAndNoneGivesNone() {
    KeyPages keys = byDimension(samples.cache(2, 6, DType.F16, 300));
    HeadsView queries = samples.heads(1, 4, 6);
    int[] all = IntStream.range(7, 290).toArray();
    for (int groups : new int[] {1, 2, 4}) {
      for (int[] list : kernels.selectKeys(queries, keys, 7, 290, groups, 283).rows()) {
        assertThat(list).containsExactly(all);
      }
      for (int[] list : kernels.selectKeys(queries, keys, 7, 290, groups, 9999).rows()) {
        assertThat(list).containsExactly(all);
      }
      assertThat(kernels.selectKeys(queries, keys, 7, 290, groups, 0).rows())
          .hasDimensions(groups, 0);
      assertThat(kernels.selectKeys(queries, keys, 50, 50, groups, 3).rows())
          .hasDimensions(groups, 0);
    }
  }

  private void check(HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    int heads = queries.heads();
    int count = to - from;
    Buffer scores = samples.floats((long) heads * count);
    SelectionCost cost = oracle.scoreKeys(queries, keys, from, to, scores);
    Buffer ranks = scores;
    if (groups < heads) {
      ranks = samples.floats((long) groups * count);
      oracle.softVote(scores, heads, groups, count, ranks);
    }
    KeySelection selection = kernels.selectKeys(queries, keys, from, to, groups, k);
    assertThat(selection.cost()).isEqualTo(cost);
    assertThat(selection.rows()).hasNumberOfRows(groups);
    for (int group = 0; group < groups; group++) {
      int[] rows = selection.rows()[group];
      assertThat(rows).hasSize(Math.min(k, count));
      boolean[] chosen = new boolean[count];
      int before = from - 1;
      for (int row : rows) {
        assertThat(row).isGreaterThan(before).isLessThan(to);
        chosen[row - from] = true;
        before = row;
      }
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < count; i++) {
        double rank = ranks.getFloat((long) group * count + i);
        least = chosen[i] ? Math.min(least, rank) : least;
        most = chosen[i] ? most : Math.max(most, rank);
      }
      assertThat(least).isGreaterThanOrEqualTo(most - NEAR * Math.abs(most));
    }
  }

  /** By the oracle, for ranks without near ties. */
  private int[][] expected(HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    return oracle.selectKeys(queries, keys, from, to, groups, k).rows();
  }

  private KeyPages byDimension(KvPages cache) {
    KeyPages keys =
        samples.own(KeyPages.byDimension(cache.kvHeads(), cache.headDim(), cache.dtype()));
    int[][] dims = new int[cache.kvHeads()][cache.headDim()];
    for (int[] list : dims) {
      Arrays.setAll(list, d -> d);
    }
    oracle.packKeys(cache, 0, cache.length(), dims, keys);
    return keys;
  }

  /** Queries of whose scores some stand out, but not all others vanish. */
  private HeadsView queries(int heads, int width) {
    HeadsView queries = samples.heads(1, heads, width);
    for (int i = 0; i < heads * width; i++) {
      long at = queries.index(0, 0) + i;
      float q = queries.buffer().getFloat(at) * 2 / (float) Math.sqrt(width);
      ReferenceKernels.store(queries.buffer(), at, q);
    }
    return queries;
  }

  private HeadsView ones(int heads, int width) {
    Buffer buffer = samples.floats((long) heads * width);
    for (int i = 0; i < heads * width; i++) {
      buffer.setFloat(i, 1);
    }
    return HeadsView.dense(buffer, 1, heads, width);
  }
}
