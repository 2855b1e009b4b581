package dev.winnow.models;

/** How the matrices of a model are held in memory on a CPU; activations are always float32. */
public enum WeightFormat {
  /** As computed by the reference implementations: 4 bytes per weight. */
  F32("f32"),
  /** Rounded to half precision, exact otherwise: 2 bytes per weight. */
  F16("f16"),
  /**
   * Per-output-channel int8 weights and per-row int8 activations after a block Hadamard rotation: 1
   * byte per weight; the output head stays in half precision.
   */
  INT8("int8");

  private final String label;

  WeightFormat(String label) {
    this.label = label;
  }

  /** The name on the command line and in reports. */
  public String label() {
    return label;
  }

  /**
   * The format called {@code label}.
   *
   * @throws IllegalArgumentException naming the allowed labels
   */
  public static WeightFormat of(String label) {
    for (WeightFormat format : values()) {
      if (format.label.equals(label)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "weights must be one of f32, f16, int8, got '" + label + "'");
  }
}
