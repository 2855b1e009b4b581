package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import jinjava.javax.el.PropertyNotFoundException;

/**
 * The only way from an expression to the inside of a value: keys, indexes and a list of Python
 * methods. There is no reflection, so there is nothing to escape through.
 */
final class TemplateResolver extends ELResolver {

  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    if (base == null) {
      return null;
    }
    context.setPropertyResolved(true);
    String name = String.valueOf(property);
    if (base instanceof Map<?, ?> map) {
      return map.get(name);
    }
    if (base instanceof List<?> list && isIndex(name)) {
      int index = index(name, list.size());
      return index < 0 ? null : list.get(index);
    }
    if (base instanceof Map.Entry<?, ?> entry && isIndex(name)) {
      return name.equals("0") ? entry.getKey() : entry.getValue();
    }
    if (base instanceof CharSequence text && isIndex(name)) {
      String string = text.toString();
      int index = index(name, string.codePointCount(0, string.length()));
      return index < 0
          ? null
          : Character.toString(string.codePointAt(string.offsetByCodePoints(0, index)));
    }
    if (base instanceof ForLoop loop) {
      return ofLoop(loop, name);
    }
    throw new PropertyNotFoundException(
        "'%s' of a %s is out of reach".formatted(name, typeName(base)));
  }

  private static Object ofLoop(ForLoop loop, String name) {
    return switch (name) {
      case "index" -> loop.getIndex();
      case "index0" -> loop.getIndex0();
      case "revindex" -> loop.getRevindex();
      case "revindex0" -> loop.getRevindex0();
      case "first" -> loop.isFirst();
      case "last" -> loop.isLast();
      case "length" -> loop.getLength();
      case "depth" -> loop.getDepth();
      case "depth0" -> loop.getDepth0();
      default -> throw new PropertyNotFoundException("'loop.%s' is not supported".formatted(name));
    };
  }

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] parameters) {
    context.setPropertyResolved(true);
    String name = String.valueOf(method);
    Object[] arguments = parameters == null ? new Object[0] : parameters;
    if (base instanceof Filter filter && name.equals("filter")) {
      return callFilter(filter, arguments);
    }
    if (base instanceof ExpTest test && name.startsWith("evaluate")) {
      Object[] rest =
          arguments.length == 3 && arguments[2] instanceof Object[] array
              ? array
              : Arrays.copyOfRange(arguments, 2, arguments.length);
      JinjavaInterpreter interpreter = (JinjavaInterpreter) arguments[1];
      return name.equals("evaluate")
          ? test.evaluate(arguments[0], interpreter, rest)
          : test.evaluateNegated(arguments[0], interpreter, rest);
    }
    if (base instanceof CharSequence text) {
      return PythonStrings.call(text.toString(), name, arguments);
    }
    if (base instanceof Map<?, ?> map) {
      switch (name) {
        case "items" -> {
          return map.entrySet();
        }
        case "keys" -> {
          return map.keySet();
        }
        case "values" -> {
          return map.values();
        }
        case "get" -> {
          Object value = arguments.length > 0 ? map.get(arguments[0]) : null;
          return value == null && arguments.length > 1 ? arguments[1] : value;
        }
        default -> {}
      }
    }
    if (base instanceof List<?> list && name.equals("count") && arguments.length == 1) {
      return list.stream().filter(item -> arguments[0].equals(item)).count();
    }
    if (base instanceof List<?> list && name.equals("index") && arguments.length == 1) {
      return list.indexOf(arguments[0]);
    }
    throw new TemplateAbort(
        "the chat template calls '%s' of a %s, which is out of reach"
            .formatted(name, typeName(base)));
  }

  @SuppressWarnings("unchecked")
  private static Object callFilter(Filter filter, Object[] arguments) {
    return filter.filter(
        arguments[0],
        (JinjavaInterpreter) arguments[1],
        (Object[]) arguments[2],
        (Map<String, Object>) arguments[3]);
  }

  private static boolean isIndex(String name) {
    int start = name.startsWith("-") ? 1 : 0;
    return name.length() > start
        && name.length() < 10
        && name.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
  }

  /** Counted from the end where negative; -1 where there is no such item. */
  private static int index(String name, int size) {
    int index = Integer.parseInt(name);
    int forward = index < 0 ? index + size : index;
    return forward < size ? Math.max(forward, -1) : -1;
  }

  private static String typeName(Object base) {
    if (base instanceof CharSequence) {
      return "string";
    }
    if (base instanceof Map) {
      return "mapping";
    }
    if (base instanceof Iterable) {
      return "list";
    }
    return base instanceof Number ? "number" : "value";
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {
    throw new TemplateAbort("the chat template changes a value, which is not allowed");
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return null;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return Object.class;
  }
}
