package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes of this machine: as many shorts and ints as there are floats. */
final class Lanes {
  // Two lanes (64 bits) have no half-size partner for 16-bit storage.
  static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() < 4
          ? FloatVector.SPECIES_128
          : FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS =
      IntVector.SPECIES_PREFERRED.withShape(FLOATS.vectorShape());
  static final VectorSpecies<Short> SHORTS =
      ShortVector.SPECIES_PREFERRED.withShape(VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** Twice as many shorts. */
  static final VectorSpecies<Short> SHORT_PAIRS =
      ShortVector.SPECIES_PREFERRED.withShape(FLOATS.vectorShape());

  /** Floats per vector, at least 4. */
  static final int N = FLOATS.length();

  private Lanes() {}

  /** {@code count} rounded up to whole vectors. */
  static int roundUp(int count) {
    return (count + N - 1) / N * N;
  }

  static int bits() {
    return FLOATS.vectorBitSize();
  }
}
