package dev.winnow.models.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Element types of safetensors that can be read, by the names its headers use. */
enum SafetensorsType {
  F64(8, Decoder::f64),
  F32(4, Decoder::f32),
  F16(2, Decoder::f16),
  BF16(2, Decoder::bf16),
  I64(8, Decoder::i64),
  I32(4, Decoder::i32),
  I16(2, Decoder::i16),
  I8(1, Decoder::i8),
  U8(1, Decoder::u8),
  BOOL(1, Decoder::u8);

  final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // Always a method without state.
  final Decoder decoder;

  SafetensorsType(int bytes, Decoder decoder) {
    this.bytes = bytes;
    this.decoder = decoder;
  }

  static Optional<SafetensorsType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }
}
