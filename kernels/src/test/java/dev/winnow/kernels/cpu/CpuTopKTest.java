package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.TopKParityTest;

class CpuTopKTest extends TopKParityTest {
  @Override
  protected Kernels create() {
    return new CpuKernels(2);
  }
}
