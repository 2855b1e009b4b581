package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.filter.LengthFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Filters that Jinjava lacks or that differ from Jinja2's. */
final class PythonFilters {
  private PythonFilters() {}

  /** Strips all Unicode white space, as Python does. */
  static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      return value == null
          ? ""
          : PythonStrings.strip(
              value.toString(), arguments.length > 0 ? arguments[0] : null, true, true);
    }
  }

  /** {@code json.dumps(ensure_ascii=False)}, with an optional {@code indent}. */
  static final class ToJson implements Filter {
    @Override
    public String getName() {
      return "tojson";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      return PythonJson.write(value, 0, interpreter.getConfig().getMaxOutputSize());
    }

    @Override
    public Object filter(
        Object value,
        JinjavaInterpreter interpreter,
        Object[] arguments,
        Map<String, Object> named) {
      for (String name : named.keySet()) {
        if (!name.equals("indent") && !name.equals("ensure_ascii")) {
          throw new TemplateAbort(
              "the chat template uses tojson with " + name + ", which is not supported");
        }
      }
      int indent = named.get("indent") instanceof Number number ? number.intValue() : 0;
      if (arguments.length > 0 && arguments[0] instanceof Number number) {
        indent = number.intValue();
      }
      return PythonJson.write(value, indent, interpreter.getConfig().getMaxOutputSize());
    }
  }

  /** Counts code points of a string. */
  static final class Length implements Filter {
    private final Filter otherwise = new LengthFilter();
    private final String name;

    Length(String name) {
      this.name = name;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      return value instanceof CharSequence text
          ? text.codePoints().count()
          : otherwise.filter(value, interpreter, arguments);
    }
  }

  /** A filter that is a method of strings. */
  static final class OfString implements Filter {
    private final String name;

    OfString(String name) {
      this.name = name;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      return PythonStrings.call(value == null ? "" : value.toString(), name, arguments);
    }
  }

  /** Pairs of a mapping. */
  static final class Items implements Filter {
    @Override
    public String getName() {
      return "items";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      if (value instanceof Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>(map.entrySet());
        return pairs;
      }
      return List.of();
    }
  }
}
