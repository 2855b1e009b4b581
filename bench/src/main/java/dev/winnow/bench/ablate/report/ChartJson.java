package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;

/** Pieces of charts' data. */
final class ChartJson {
  private ChartJson() {}

  static ObjectNode object(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind);
  }

  /** Numbers; one that is not finite is null, which charts leave out. */
  static ArrayNode numbers(double... values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add(value);
      } else {
        array.addNull();
      }
    }
    return array;
  }

  static ArrayNode texts(Collection<String> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return array;
  }

  /** {@code [value, low, high]}. */
  static ArrayNode interval(Interval interval) {
    return numbers(interval.value(), interval.low(), interval.high());
  }
}
