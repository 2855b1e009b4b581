package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.SelectionParityTest;

class CpuSelectionTest extends SelectionParityTest {
  @Override
  protected Kernels create() {
    return new CpuKernels(2);
  }
}
