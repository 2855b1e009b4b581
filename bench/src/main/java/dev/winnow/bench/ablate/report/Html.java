package dev.winnow.bench.ablate.report;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Elements of a page. Text is escaped; what takes {@code html} takes what this class made. */
final class Html {
  private Html() {}

  /** Text that stays text wherever it stands, in attributes too. */
  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * An element.
   *
   * @param html what it holds
   * @param attributes names and values in turn
   */
  static String tag(String name, String html, String... attributes) {
    return open(name, attributes) + html + "</" + name + ">";
  }

  /** An element that holds text. */
  static String textTag(String name, String text, String... attributes) {
    return tag(name, text(text), attributes);
  }

  /** The start of an element, or all of one that holds nothing. */
  static String open(String name, String... attributes) {
    StringBuilder tag = new StringBuilder("<").append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      tag.append(' ').append(attributes[i]).append("=\"").append(text(attributes[i + 1]));
      tag.append('"');
    }
    return tag.append('>').toString();
  }

  /** What {@code html} makes of each, one a line. */
  static <T> String each(List<T> values, Function<T, String> html) {
    return values.stream().map(html).collect(Collectors.joining("\n"));
  }
}
