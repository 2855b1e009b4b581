package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.ReferenceKernels;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.Samples;

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
        }
      }
    }
    System.out.println("agrees");
  }

  private static void compare(HeadsView got, HeadsView want) {
    for (long i = 0; i < got.buffer().elements(); i++) {
      float a = got.buffer().getFloat(i);
      float b = want.buffer().getFloat(i);
      if (!(Math.abs(a - b) <= 1e-5f)) {
        throw new AssertionError("element " + i + ": " + a + ", expected " + b);
      }
    }
  }
}
