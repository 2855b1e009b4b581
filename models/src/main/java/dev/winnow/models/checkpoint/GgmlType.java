package dev.winnow.models.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tensor types of GGUF that can be read. */
enum GgmlType {
  F32(0, 1, 4, Decoder::f32),
  F16(1, 1, 2, Decoder::f16),
  Q4_0(2, 32, 18, GgmlBlocks::q4v0),
  Q4_1(3, 32, 20, GgmlBlocks::q4v1),
  Q5_0(6, 32, 22, GgmlBlocks::q5v0),
  Q5_1(7, 32, 24, GgmlBlocks::q5v1),
  Q8_0(8, 32, 34, GgmlBlocks::q8v0),
  Q4_K(12, 256, 144, GgmlBlocks::q4k),
  Q5_K(13, 256, 176, GgmlBlocks::q5k),
  Q6_K(14, 256, 210, GgmlBlocks::q6k),
  BF16(30, 1, 2, Decoder::bf16);

  /** Known, but not read: named so that errors can name them. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  final int id;
  final int blockElements;
  final int blockBytes;

  @SuppressWarnings("ImmutableEnumChecker") // Always a method without state.
  final Decoder decoder;

  GgmlType(int id, int blockElements, int blockBytes, Decoder decoder) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.decoder = decoder;
  }

  static Optional<GgmlType> of(int id) {
    return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
  }

  /** What to call a type in an error. */
  static String nameOf(int id) {
    return of(id).map(Enum::name).orElseGet(() -> OTHERS.getOrDefault(id, "number " + id));
  }

  static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }
}
