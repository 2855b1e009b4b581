package dev.winnow.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Writes values as Python's {@code json.dumps} does. */
final class PythonJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final StringBuilder out = new StringBuilder();
  private final int indent;
  private final long limit;

  private PythonJson(int indent, long limit) {
    this.indent = Math.clamp(indent, 0, 16);
    this.limit = limit;
  }

  static String write(Object value, int indent, long limit) {
    PythonJson json = new PythonJson(indent, limit);
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    if (out.length() > limit) {
      throw new TemplateAbort("the chat template writes too long a JSON text");
    }
    if (value instanceof Map<?, ?> map) {
      writeAll(map.entrySet().iterator(), '{', '}', depth);
    } else if (value instanceof Map.Entry<?, ?> entry) {
      quote(String.valueOf(entry.getKey()));
      out.append(": ");
      write(entry.getValue(), depth);
    } else if (value instanceof Collection<?> list) {
      writeAll(list.iterator(), '[', ']', depth);
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      quote(value.toString());
    }
  }

  private void writeAll(Iterator<?> items, char open, char close, int depth) {
    out.append(open);
    boolean any = items.hasNext();
    while (items.hasNext()) {
      newLine(depth + 1);
      write(items.next(), depth + 1);
      if (items.hasNext()) {
        out.append(indent > 0 ? "," : ", ");
      }
    }
    if (any) {
      newLine(depth);
    }
    out.append(close);
  }

  private void newLine(int depth) {
    if (indent > 0) {
      out.append('\n').repeat(' ', indent * depth);
    }
  }

  private void quote(String text) {
    try {
      out.append(MAPPER.writeValueAsString(text));
    } catch (JsonProcessingException e) {
      throw new TemplateAbort("the chat template writes a text that JSON cannot hold");
    }
  }
}
