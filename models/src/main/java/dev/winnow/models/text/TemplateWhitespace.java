package dev.winnow.models.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Applies Jinja2's white space rules ({@code trim_blocks}, {@code lstrip_blocks} and the signs
 * {@code -} and {@code +} in tags) to a template's source, and leaves comments out. Jinjava's own
 * rules take white space beyond the neighbouring text.
 */
final class TemplateWhitespace {
  private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*[-+]?%\\}");
  private static final Pattern END_RAW = Pattern.compile("\\{%[-+]?\\s*endraw\\s*[-+]?%\\}");

  private final String source;
  private final StringBuilder out;

  /** The closing sign of the tag before the current text, and whether that tag is a variable. */
  private char signBefore;

  private boolean variableBefore = true;
  private boolean lineStarts = true;

  private TemplateWhitespace(String source) {
    this.source = source;
    this.out = new StringBuilder(source.length());
  }

  static String apply(String source) {
    TemplateWhitespace whitespace = new TemplateWhitespace(source);
    whitespace.run();
    return whitespace.out.toString();
  }

  private void run() {
    int at = 0;
    for (int open = nextTag(at); open >= 0; open = nextTag(at)) {
      int end = endOfTag(open);
      if (end < 0) {
        break;
      }
      at = tag(at, open, end);
      Matcher raw = RAW.matcher(source).region(open, end);
      Matcher endRaw = END_RAW.matcher(source).region(end, source.length());
      if (raw.matches() && endRaw.find()) {
        // What is between is text, whatever it looks like, and keeps its first line end.
        signBefore = signBefore == '-' ? '-' : '+';
        at = tag(at, endRaw.start(), endRaw.end());
      }
    }
    text(source.substring(at), ' ', true);
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Behind the closing brace, or -1 where there is none. */
  private int endOfTag(int open) {
    char kind = source.charAt(open + 1);
    String close = kind == '{' ? "}}" : kind + "}";
    int braces = 0;
    char quote = 0;
    for (int i = open + 2; i < source.length(); i++) {
      char c = source.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (braces == 0 && source.startsWith(close, i)) {
        return i + 2;
      } else if (kind != '#') {
        quote = c == '"' || c == '\'' ? c : 0;
        braces = Math.max(0, braces + (c == '{' ? 1 : c == '}' ? -1 : 0));
      }
    }
    return -1;
  }

  /** Writes the text up to a tag and the tag; returns where the text after it starts. */
  private int tag(int textStart, int open, int end) {
    boolean variable = source.charAt(open + 1) == '{';
    boolean comment = source.charAt(open + 1) == '#';
    char signAfterOpen = sign(source.charAt(open + 2), variable);
    char signBeforeClose = end - open > 4 ? sign(source.charAt(end - 3), variable) : ' ';
    text(source.substring(textStart, open), signAfterOpen, variable);
    if (!comment) {
      int from = open + (signAfterOpen == ' ' ? 2 : 3);
      int to = Math.max(from, end - (signBeforeClose == ' ' ? 2 : 3));
      out.append(source, open, open + 2).append(' ');
      code(from, to);
      out.append(' ').append(source, end - 2, end);
    }
    signBefore = signBeforeClose;
    variableBefore = variable;
    return end;
  }

  /**
   * Jinjava would take the end of a nested mapping for the end of the tag, and the sign of {@code
   * n+1} for one of the number.
   */
  private void code(int from, int to) {
    char quote = 0;
    for (int i = from; i < to; i++) {
      char c = source.charAt(i);
      out.append(c);
      if (quote != 0) {
        if (c == '\\' && i + 1 < to) {
          out.append(source.charAt(++i));
        }
        quote = c == quote ? 0 : quote;
      } else {
        quote = c == '"' || c == '\'' ? c : 0;
        boolean plus = c == '+' && i + 1 < to && Character.isDigit(source.charAt(i + 1));
        if (c == '}' || c == '{' || plus) {
          out.append(' ');
        }
      }
    }
  }

  private static char sign(char c, boolean variable) {
    return c == '-' || (c == '+' && !variable) ? c : ' ';
  }

  private void text(String text, char signAfter, boolean variableAfter) {
    String rest = text;
    if (signBefore == '-') {
      rest = PythonStrings.strip(rest, null, true, false);
      lineStarts =
          rest.length() < text.length() && text.charAt(text.length() - rest.length() - 1) == '\n';
    } else if (!variableBefore && signBefore != '+' && rest.startsWith("\n")) {
      rest = rest.substring(1);
      lineStarts = true;
    } else if (out.length() > 0 || signBefore != 0) {
      lineStarts = false;
    }
    if (signAfter == '-') {
      rest = PythonStrings.strip(rest, null, false, true);
    } else if (!variableAfter && signAfter != '+') {
      int line = rest.lastIndexOf('\n') + 1;
      if ((line > 0 || lineStarts) && rest.substring(line).isBlank()) {
        rest = rest.substring(0, line);
      }
    }
    out.append(rest);
  }
}
