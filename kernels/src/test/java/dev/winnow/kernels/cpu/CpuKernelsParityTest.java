package dev.winnow.kernels.cpu;

import dev.winnow.kernels.KernelParityTest;
import dev.winnow.kernels.Kernels;

class CpuKernelsParityTest extends KernelParityTest {
  @Override
  protected Kernels create() {
    return new CpuKernels(2);
  }
}
