package dev.winnow.kernels;

/** The definition of selectKeys by the other kernels. */
class ComposedSelectKeysTest extends SelectKeysParityTest {
  @Override
  protected Kernels create() {
    return new ReferenceKernels();
  }
}
