package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of the kernels that choose keys must do: agree with the oracle. */
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
    "1, 1, 64",
    "9, 3, 64",
    "8, 2, 32",
    "8, 1, 128",
    "3, 3, 80",
    "4, 1, 2",
    "6, 2, 8",
    "3, 1, 5",
    "4, 4, 16",
    "4, 1, 16",
    "9, 3, 16",
    "5, 1, 33",
    "2, 2, 256",
    "12, 1, 4",
    "3, 3, 1"
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
            {3, 40}
          }) {
        checkScores(queries, keys, range[0], range[1]);
      }
    }
  }

  private Buffer checkScores(HeadsView queries, KeyStore keys, int from, int to) {
    long count = (long) queries.heads() * (to - from);
    Buffer got = samples.floats(count + 3);
    Buffer want = samples.floats(count + 3);
    got.setFloat(count, 77);
    want.setFloat(count, 77);
    SelectionCost cost = kernels.scoreKeys(queries, keys, from, to, got);
    assertThat(cost).isEqualTo(oracle.scoreKeys(queries, keys, from, to, want));
    Closeness.assertClose(got, want);
    return got;
  }

  // The k largest

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 63, 255, 256, 257, 1000, 5000, 40_000})
  void theLargestAreFoundForAnyCount(int count) {
    Buffer scores = samples.floats(count + 7);
    for (int i = 0; i < count + 7; i++) {
      scores.setFloat(i, (float) samples.random().nextGaussian());
    }
    for (int k : new int[] {0, 1, 2, count / 3, count / 2, count - 1, count, count + 5}) {
      int[] got = kernels.topK(scores, 5, count, k);
      assertThat(got).isEqualTo(oracle.topK(scores, 5, count, k));
    }
  }

  // Votes

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 1, 5", "9, 3, 1000", "8, 2, 4096", "4, 4, 4097", "12, 1, 9000"})
  void votesAreSummedSoftmaxes(int heads, int groups, int count) {
    Buffer scores = samples.floats((long) heads * count + 2);
    for (long i = 0; i < scores.elements(); i++) {
      scores.setFloat(i, (float) samples.random().nextGaussian() * 8);
    }
    Buffer got = samples.floats((long) groups * count + 2);
    Buffer want = samples.floats((long) groups * count + 2);
    kernels.softVote(scores, heads, groups, count, got);
    oracle.softVote(scores, heads, groups, count, want);
    Closeness.assertClose(got, want);
  }

  // Cosines

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 33, 64, 576})
  void blockScoresAreCosines(int width) {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages rows = samples.cache(1, width, dtype, 600);
      HeadsView probe = samples.heads(1, 1, width);
      for (int[] range : new int[][] {{0, 600}, {7, 7}, {250, 259}, {599, 600}}) {
        Buffer got = samples.floats(range[1] - range[0]);
        Buffer want = samples.floats(range[1] - range[0]);
        SelectionCost cost = kernels.blockScores(probe, rows, range[0], range[1], got);
        assertThat(cost).isEqualTo(oracle.blockScores(probe, rows, range[0], range[1], want));
        Closeness.assertWithin(Closeness.BOUND, got, want);
      }
    }
  }

  // Packing

  @Test
  void packedRowsHoldTheListedDimensions() {
    for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
      KvPages cache = samples.cache(2, 16, dtype, 700);
      int[][] dims = {{3, 1, 15, 0, 8}, {0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}, {15, 14, 13, 12, 11}};
      try (KeyPages got = new KeyPages(4, 5, dtype);
          KeyPages want = new KeyPages(4, 5, dtype)) {
        for (int[] part : new int[][] {{10, 1}, {11, 0}, {11, 500}, {511, 189}}) {
          kernels.packKeys(cache, part[0], part[1], dims, got);
          oracle.packKeys(cache, part[0], part[1], dims, want);
        }
        assertThat(got.length()).isEqualTo(690);
        for (int page = 0; page < 3; page++) {
          assertThat(got.keys(page).segment().mismatch(want.keys(page).segment())).isEqualTo(-1);
        }
      }
    }
  }
}
