package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import java.util.Map;

/** {@code is iterable} and {@code is sequence}, which hold for strings and mappings too. */
record IterableTest(String name) implements ExpTest {
  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean evaluate(Object value, JinjavaInterpreter interpreter, Object... arguments) {
    return value instanceof Iterable || value instanceof Map || value instanceof CharSequence;
  }
}
