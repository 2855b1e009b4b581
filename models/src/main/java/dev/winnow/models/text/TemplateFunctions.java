package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Global functions of chat templates. */
final class TemplateFunctions {
  private TemplateFunctions() {}

  static Class<?>[] parameters(String function) {
    return function.equals("range")
        ? new Class<?>[] {Object.class, Object[].class}
        : new Class<?>[] {String.class};
  }

  /** Ends the rendering with the template's own message. */
  static Object raise_exception(String message) {
    throw new TemplateAbort(message);
  }

  /** The current date and time in Python's {@code strftime} notation. */
  static String strftime_now(String format) {
    SandboxInterpreter interpreter = (SandboxInterpreter) JinjavaInterpreter.getCurrent();
    return StrftimeFormatter.format(ZonedDateTime.now(interpreter.clock()), format, Locale.ENGLISH);
  }

  /** Python's {@code range}, refused where it would be long. */
  static List<Long> range(Object first, Object... rest) {
    long[] numbers = new long[1 + rest.length];
    for (int i = 0; i < numbers.length; i++) {
      Object value = i == 0 ? first : rest[i - 1];
      if (!(value instanceof Number number)) {
        throw new TemplateAbort("the chat template calls range with " + value + ", not a number");
      }
      numbers[i] = number.longValue();
    }
    long start = numbers.length == 1 ? 0 : numbers[0];
    long end = numbers.length == 1 ? numbers[0] : numbers[1];
    long step = numbers.length == 3 ? numbers[2] : 1;
    int limit = JinjavaInterpreter.getCurrent().getConfig().getRangeLimit();
    if (numbers.length > 3 || step == 0) {
      throw new TemplateAbort("the chat template calls range with wrong arguments");
    }
    List<Long> result = new ArrayList<>();
    for (long i = start; step > 0 ? i < end : i > end; i += step) {
      if (result.size() == limit) {
        throw new TemplateAbort(
            "the chat template asks for a range of more than %,d numbers".formatted(limit));
      }
      result.add(i);
    }
    return result;
  }
}
