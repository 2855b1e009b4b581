package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.Samples;
import dev.winnow.kernels.SelectKeysParityTest;
import org.junit.jupiter.api.Test;

class CpuSelectKeysTest extends SelectKeysParityTest {
  @Override
  protected Kernels create() {
    return new CpuKernels(2);
  }

  @Test
  void anyNumberOfThreadsChoosesTheSame() {
    try (Samples samples = new Samples(3);
        CpuKernels one = new CpuKernels(1);
        CpuKernels three = new CpuKernels(3)) {
      KvPages keys = samples.cache(3, 16, DType.F16, 6_000);
      for (int groups : new int[] {1, 3, 9}) {
        for (int i = 0; i < 5; i++) {
          HeadsView queries = samples.heads(1, 9, 16);
          assertThat(three.selectKeys(queries, keys, 3, 5_999, groups, 500).rows())
              .isDeepEqualTo(one.selectKeys(queries, keys, 3, 5_999, groups, 500).rows());
        }
      }
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (Samples samples = new Samples(4);
        CpuKernels kernels = new CpuKernels(1)) {
      KvPages keys = samples.cache(2, 8, DType.F16, 20);
      HeadsView queries = samples.heads(1, 4, 8);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.selectKeys(samples.heads(2, 4, 8), keys, 0, 20, 2, 1))
          .withMessageContaining("one row, got 2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.selectKeys(queries, keys, 0, 21, 2, 1))
          .withMessageContaining("of a store of 20 rows");
      for (int groups : new int[] {-1, 0, 3, 8}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> kernels.selectKeys(queries, keys, 0, 20, groups, 1))
            .withMessageContaining("4 heads in %d groups", groups);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.selectKeys(queries, keys, 0, 20, 2, -1))
          .withMessageContaining("k must be >= 0, got -1");
    }
  }
}
