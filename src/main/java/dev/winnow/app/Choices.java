package dev.winnow.app;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values that are one of a few labels. */
final class Choices {
  private Choices() {}

  @SafeVarargs
  static <T> ITypeConverter<T> of(Function<T, String> label, T... values) {
    List<String> labels = Arrays.stream(values).map(label).toList();
    return text -> {
      int index = labels.indexOf(text);
      if (index < 0) {
        throw new TypeConversionException(
            "must be one of %s, got '%s'".formatted(String.join(", ", labels), text));
      }
      return values[index];
    };
  }

  static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
