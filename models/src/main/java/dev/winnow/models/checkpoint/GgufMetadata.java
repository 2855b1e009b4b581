package dev.winnow.models.checkpoint;

import dev.winnow.models.CheckpointException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The key-value pairs of a GGUF file.
 *
 * <p>Types of the values: all integers are {@code Long}, both floating types {@code Double}
 * (widened exactly), then {@code Boolean} and {@code String}. Arrays are {@code int[]} (8, 16 and
 * signed 32 bits), {@code long[]} (unsigned 32 and 64 bits), {@code float[]}, {@code double[]},
 * {@code List<String>}, {@code List<Boolean>}, and {@code List<Object>} for arrays of arrays.
 *
 * @param file named in errors
 * @param values unmodifiable, in file order
 */
record GgufMetadata(Path file, Map<String, Object> values) {

  GgufMetadata {
    values = Collections.unmodifiableMap(values);
  }

  Optional<String> string(String key) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw wrong(key, value, "a string");
  }

  boolean flag(String key) {
    Object value = values.get(key);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(key, value, "a boolean");
  }

  /** An integer within bounds; an array, one number a layer, counts when all are equal. */
  OptionalLong integer(String key, long min, long max) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    long number;
    if (value instanceof Long one) {
      number = one;
    } else if (value instanceof int[] many && uniform(many)) {
      number = many[0];
    } else if (value instanceof long[] many && uniform(many)) {
      number = many[0];
    } else {
      throw wrong(key, value, "an integer, the same for all layers");
    }
    if (number < min || number > max) {
      throw wrong(key, value, "an integer from " + min + " to " + max);
    }
    return OptionalLong.of(number);
  }

  int requireInt(String key, int min, int max) {
    return Math.toIntExact(
        integer(key, min, max)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        file
                            + ": key "
                            + key
                            + " is missing; it should be an integer from "
                            + min
                            + " to "
                            + max
                            + ". Convert the model again.")));
  }

  int optionalInt(String key, int min, int max, int otherwise) {
    return Math.toIntExact(integer(key, min, max).orElse(otherwise));
  }

  /**
   * A finite number as its author wrote it: single precision is read as its shortest decimal, so
   * that 1e-5 does not become 9.999999747378752e-6.
   */
  OptionalDouble decimal(String key) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (value instanceof Long whole) {
      return OptionalDouble.of(whole);
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      float single = number.floatValue();
      return OptionalDouble.of(
          single == number ? Double.parseDouble(Float.toString(single)) : number);
    }
    throw wrong(key, value, "a finite number");
  }

  /** A number greater than zero. */
  OptionalDouble positive(String key) {
    OptionalDouble number = decimal(key);
    if (number.isPresent() && !(number.getAsDouble() > 0)) {
      throw wrong(key, values.get(key), "greater than zero");
    }
    return number;
  }

  CheckpointException wrong(String key, Object value, String allowed) {
    String got =
        value instanceof Number || value instanceof Boolean
            ? value.toString()
            : value instanceof String text
                ? '"' + text.substring(0, Math.min(60, text.length())) + '"'
                : value == null ? "nothing" : "an array";
    return new CheckpointException(
        file + ": key " + key + " is " + got + "; it should be " + allowed + ".");
  }

  private static boolean uniform(int[] numbers) {
    for (int number : numbers) {
      if (number != numbers[0]) {
        return false;
      }
    }
    return numbers.length > 0;
  }

  private static boolean uniform(long[] numbers) {
    for (long number : numbers) {
      if (number != numbers[0]) {
        return false;
      }
    }
    return numbers.length > 0;
  }
}
