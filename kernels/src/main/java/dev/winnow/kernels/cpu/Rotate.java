package dev.winnow.kernels.cpu;

import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryTable;
import jdk.incubator.vector.FloatVector;

/** Rotary position embedding of heads held in an array. */
final class Rotate {
  private Rotate() {}

  /**
   * Turns the head at {@code x[at..]} by the angles at {@code row} of {@code block}.
   *
   * @param row index of the first value in the block's arrays
   */
  static void head(float[] x, int at, RotaryConfig config, RotaryTable.Block block, int row) {
    int pairs = config.rotaryDim() / 2;
    if (config.pairing() == RotaryConfig.Pairing.HALF_SPLIT) {
      halfSplit(x, at, pairs, block.cos(), block.sin(), row);
    } else {
      interleaved(x, at, pairs, block.cos(), block.sin(), row);
    }
  }

  private static void halfSplit(float[] x, int at, int pairs, float[] cos, float[] sin, int row) {
    int i = 0;
    for (; i <= pairs - Lanes.N; i += Lanes.N) {
      FloatVector a = FloatVector.fromArray(Lanes.FLOATS, x, at + i);
      FloatVector b = FloatVector.fromArray(Lanes.FLOATS, x, at + pairs + i);
      FloatVector c = FloatVector.fromArray(Lanes.FLOATS, cos, row + i);
      FloatVector s = FloatVector.fromArray(Lanes.FLOATS, sin, row + i);
      a.mul(c).sub(b.mul(s)).intoArray(x, at + i);
      b.mul(c).add(a.mul(s)).intoArray(x, at + pairs + i);
    }
    for (; i < pairs; i++) {
      turn(x, at + i, at + pairs + i, cos[row + i], sin[row + i]);
    }
  }

  private static void interleaved(float[] x, int at, int pairs, float[] cos, float[] sin, int row) {
    for (int i = 0; i < pairs; i++) {
      turn(x, at + 2 * i, at + 2 * i + 1, cos[row + i], sin[row + i]);
    }
  }

  private static void turn(float[] x, int first, int second, float cos, float sin) {
    float a = x[first];
    float b = x[second];
    x[first] = a * cos - b * sin;
    x[second] = b * cos + a * sin;
  }
}
