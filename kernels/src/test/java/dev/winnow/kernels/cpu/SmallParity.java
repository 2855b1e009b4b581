package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.ReferenceKernels;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.Samples;
import java.util.Arrays;

/** A program that compares the CPU kernels with the oracle on a few shapes, without JUnit. */
final class SmallParity {
  private SmallParity() {}

  public static void main(String[] args) {
    System.out.println(CpuKernels.describeVectors());
    try (CpuKernels kernels = new CpuKernels(2);
        ReferenceKernels oracle = new ReferenceKernels();
        Samples samples = new Samples(7)) {
      for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
        for (int headDim : new int[] {5, 64, 80}) {
          KvPages cache = samples.cache(2, headDim, dtype, 300);
          RotaryTable table =
              new RotaryTable(
                  new RotaryConfig(
                      1e4,
                      headDim,
                      headDim & -2,
                      RotaryConfig.Pairing.HALF_SPLIT,
                      RotaryScaling.NONE));
          for (int rows : new int[] {1, 3, 50}) {
            HeadsView queries = samples.heads(rows, 6, headDim);
            HeadsView same = samples.copy(queries);
            kernels.rotate(queries, table, 11);
            oracle.rotate(same, table, 11);
            compare(queries, same);
            HeadsView want = samples.copy(queries);
            HeadsView got = samples.copy(queries);
            AttentionPlan plan = AttentionPlan.dense(queries, 300 - rows, 222, 0.2f);
            kernels.attend(plan, cache, AttentionOutput.of(got));
            oracle.attend(plan, cache, AttentionOutput.of(want));
            compare(got, want);
          }
          select(kernels, oracle, samples, cache);
        }
      }
    }
    System.out.println("agrees");
  }

  /** Scores all dimensions and few, votes, and takes the best. */
  private static void select(
      CpuKernels kernels, ReferenceKernels oracle, Samples samples, KvPages cache) {
    int length = cache.length();
    Buffer scores = samples.floats(6L * length);
    Buffer expected = samples.floats(6L * length);
    Buffer votes = samples.floats(length);
    Buffer expectedVotes = samples.floats(length);
    for (int width : new int[] {4, 8, 16, 32, cache.headDim()}) {
      int[][] dims = new int[2][width];
      for (int[] list : dims) {
        Arrays.setAll(list, d -> d * 3 % cache.headDim());
      }
      try (KeyPages packed = new KeyPages(2, width, cache.dtype())) {
        kernels.packKeys(cache, 0, length, dims, packed);
        HeadsView queries = samples.heads(1, 6, width);
        kernels.scoreKeys(queries, packed, 0, length, scores);
        oracle.scoreKeys(queries, packed, 0, length, expected);
        compare(scores, expected);
        try (KeyPages columns = KeyPages.byDimension(2, width, cache.dtype())) {
          kernels.packKeys(cache, 0, length, dims, columns);
          kernels.scoreKeys(queries, columns, 0, length, scores);
          compare(scores, expected);
          for (int groups : new int[] {1, 2, 6}) {
            // Best alone: of those ranked close to each other either may come first.
            int[][] got = kernels.selectKeys(queries, columns, 5, length - 9, groups, 1).rows();
            int[][] want = oracle.selectKeys(queries, columns, 5, length - 9, groups, 1).rows();
            if (!Arrays.deepEquals(got, want)) {
              throw new AssertionError(Arrays.deepToString(got));
            }
          }
        }
        kernels.softVote(expected, 6, 1, length, votes);
        oracle.softVote(expected, 6, 1, length, expectedVotes);
        compare(votes, expectedVotes);
        for (int k : new int[] {1, 37, 299}) {
          int[] got = kernels.topK(votes, 0, length, k);
          if (!Arrays.equals(got, oracle.topK(votes, 0, length, k))) {
            throw new AssertionError("the " + k + " largest: " + Arrays.toString(got));
          }
        }
      }
    }
  }

  private static void compare(HeadsView got, HeadsView want) {
    compare(got.buffer(), want.buffer());
  }

  private static void compare(Buffer got, Buffer want) {
    for (long i = 0; i < got.elements(); i++) {
      float a = got.getFloat(i);
      float b = want.getFloat(i);
      if (!(Math.abs(a - b) <= 2e-5f)) {
        throw new AssertionError("element " + i + ": " + a + ", expected " + b);
      }
    }
  }
}
