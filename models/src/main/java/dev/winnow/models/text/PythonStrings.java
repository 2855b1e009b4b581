package dev.winnow.models.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The methods of Python strings that chat templates use, with Python's results. */
final class PythonStrings {
  private PythonStrings() {}

  static Object call(String text, String method, Object[] arguments) {
    Arguments given = new Arguments(method, Arrays.asList(arguments));
    return switch (method) {
      case "strip" -> strip(text, given.text(0, null), true, true);
      case "lstrip" -> strip(text, given.text(0, null), true, false);
      case "rstrip" -> strip(text, given.text(0, null), false, true);
      case "split" -> split(text, given.text(0, null), given.number(1, -1));
      case "splitlines" -> text.lines().toList();
      case "startswith" -> given.any(text::startsWith);
      case "endswith" -> given.any(text::endsWith);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> title(text);
      case "capitalize" -> capitalize(text);
      case "replace" -> replace(text, given.text(0), given.text(1), given.number(2, -1));
      case "removeprefix" ->
          text.startsWith(given.text(0)) ? text.substring(given.text(0).length()) : text;
      case "removesuffix" ->
          text.endsWith(given.text(0))
              ? text.substring(0, text.length() - given.text(0).length())
              : text;
      case "find" -> find(text, given.text(0));
      case "count" -> count(text, given.text(0));
      case "join" -> join(text, given.first());
      case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
      case "isspace" -> !text.isEmpty() && text.codePoints().allMatch(PythonStrings::isSpace);
      default ->
          throw new TemplateAbort(
              "the chat template calls '%s' of a string, which is out of reach".formatted(method));
    };
  }

  /** Removes white space, or the characters in {@code characters}, from one end or both. */
  static String strip(String text, String characters, boolean left, boolean right) {
    IntPredicate removed =
        characters == null ? PythonStrings::isSpace : c -> characters.indexOf(c) >= 0;
    int start = 0;
    int end = text.length();
    while (left && start < end && removed.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && removed.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  private static List<String> split(String text, String separator, int max) {
    if (separator == null) {
      return splitAtSpace(text, max);
    }
    if (separator.isEmpty()) {
      throw new TemplateAbort("the chat template splits a string at an empty separator");
    }
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && (max < 0 || parts.size() < max);
        at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static List<String> splitAtSpace(String text, int max) {
    List<String> parts = new ArrayList<>();
    String rest = strip(text, null, true, max < 0);
    while (!rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !isSpace(rest.codePointAt(end))) {
        end += Character.charCount(rest.codePointAt(end));
      }
      if (max >= 0 && parts.size() == max) {
        parts.add(strip(rest, null, false, true));
        return parts;
      }
      parts.add(rest.substring(0, end));
      rest = strip(rest.substring(end), null, true, false);
    }
    return parts;
  }

  private static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      result.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return result.toString();
  }

  private static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return Character.toString(Character.toTitleCase(first))
        + text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
  }

  private static String replace(String text, String old, String replacement, int max) {
    if (max >= 0 && !old.isEmpty()) {
      return String.join(replacement, split(text, old, max));
    }
    int times = old.isEmpty() ? text.length() + 1 : (int) count(text, old);
    limited((long) text.length() + (long) times * replacement.length());
    return text.replace(old, replacement);
  }

  private static long find(String text, String part) {
    int at = text.indexOf(part);
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static long count(String text, String part) {
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static String join(String separator, Object items) {
    if (!(items instanceof Collection<?> list)) {
      throw new TemplateAbort("the chat template joins something that is no list");
    }
    long length = (long) separator.length() * list.size();
    for (Object item : list) {
      length += String.valueOf(item).length();
      limited(length);
    }
    return list.stream().map(String::valueOf).collect(Collectors.joining(separator));
  }

  private static void limited(long length) {
    if (length > 1L << 24) {
      throw new TemplateAbort(
          "the chat template makes a string of more than %,d characters".formatted(1 << 24));
    }
  }

  /** Arguments as a template gave them. */
  private record Arguments(String method, List<Object> values) {

    Object first() {
      if (values.size() == 0) {
        throw new TemplateAbort("the chat template calls '%s' without argument".formatted(method));
      }
      return values.get(0);
    }

    String text(int index) {
      String text = text(index, null);
      if (text == null) {
        throw new TemplateAbort("the chat template calls '%s' without a string".formatted(method));
      }
      return text;
    }

    String text(int index, String otherwise) {
      return index < values.size() && values.get(index) != null
          ? values.get(index).toString()
          : otherwise;
    }

    int number(int index, int otherwise) {
      return index < values.size() && values.get(index) instanceof Number number
          ? number.intValue()
          : otherwise;
    }

    boolean any(Predicate<String> test) {
      if (first() instanceof Collection<?> list) {
        return list.stream().map(String::valueOf).anyMatch(test);
      }
      return test.test(text(0));
    }
  }
}
