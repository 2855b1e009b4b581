package dev.winnow.engine.technique.fasa;

import dev.winnow.kernels.RotaryConfig;
import java.util.Locale;

/**
 * Which two dimensions of a head make a frequency chunk.
 *
 * <p>A chunk's product of a rotated query and a rotated key depends on their distance alone if the
 * two dimensions turn together, as those of {@link #TRUE_PAIR} do.
 */
public enum ChunkPairing {
  /** The dimensions that rotary embedding turns together, as the paper has it. */
  TRUE_PAIR,
  /**
   * Neighbouring dimensions {@code 2i} and {@code 2i + 1}, as the published code has it: on
   * checkpoints whose pairs lie half a head apart, two halves of different pairs.
   */
  ADJACENT;

  /** Chunks of a head: {@code headDim / 2}. */
  public static int chunks(RotaryConfig rotary) {
    return rotary.headDim() / 2;
  }

  /**
   * The dimensions {@code [2]} of chunk {@code chunk}. Dimensions that do not turn, of a model with
   * partial rotary embedding, make chunks of neighbours behind the others.
   *
   * @throws IllegalArgumentException if heads have an odd number of dimensions
   */
  public int[] dims(int chunk, RotaryConfig rotary) {
    if (rotary.headDim() % 2 != 0) {
      throw new IllegalArgumentException(
          "fasa needs heads of an even number of dimensions, got head_dim " + rotary.headDim());
    }
    int turning = rotary.rotaryDim() / 2;
    boolean apart =
        this == TRUE_PAIR && rotary.pairing() == RotaryConfig.Pairing.HALF_SPLIT && chunk < turning;
    return apart ? new int[] {chunk, chunk + turning} : new int[] {2 * chunk, 2 * chunk + 1};
  }

  /** Its name in configs, such as {@code true_pair}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
