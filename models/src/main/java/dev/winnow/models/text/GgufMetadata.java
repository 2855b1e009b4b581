package dev.winnow.models.text;

import dev.winnow.models.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Typed, checked access to the metadata of a GGUF file. */
record GgufMetadata(Map<String, Object> values) {

  boolean has(String key) {
    return values.get(key) != null;
  }

  Optional<String> string(String key) {
    return get(key, String.class, "a string");
  }

  Optional<Boolean> bool(String key) {
    return get(key, Boolean.class, "true or false");
  }

  Optional<float[]> floats(String key) {
    return get(key, float[].class, "an array of float32");
  }

  Optional<int[]> ints(String key) {
    return get(key, int[].class, "an array of int32");
  }

  Optional<List<String>> strings(String key) {
    Optional<List<?>> list = get(key, List.class, "an array of strings").map(raw -> (List<?>) raw);
    list.ifPresent(
        raw -> {
          for (Object item : raw) {
            if (!(item instanceof String)) {
              throw wrong(key, item, "an array of strings");
            }
          }
        });
    return list.map(raw -> raw.stream().map(String.class::cast).toList());
  }

  /** A token id below {@code size}; llama.cpp writes -1 or its unsigned form for none. */
  OptionalInt tokenId(String key, int size) {
    Optional<Number> id = get(key, Number.class, "a token id");
    if (id.isEmpty() || id.get().intValue() == -1) {
      return OptionalInt.empty();
    }
    long value = id.get().longValue();
    if (value < 0 || value >= size) {
      throw wrong(key, value, "a token id from 0 to " + (size - 1));
    }
    return OptionalInt.of((int) value);
  }

  private <T> Optional<T> get(String key, Class<T> type, String allowed) {
    Object value = values.get(key);
    if (value != null && !type.isInstance(value)) {
      throw wrong(key, value, allowed);
    }
    return Optional.ofNullable(type.cast(value));
  }

  CheckpointException wrong(String key, Object got, String allowed) {
    String found = String.valueOf(got);
    return new CheckpointException(
        "GGUF metadata key '%s': got %s, expected %s; convert the model again with a current tool"
            .formatted(key, found.length() > 80 ? got.getClass().getSimpleName() : found, allowed));
  }
}
