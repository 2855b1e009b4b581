package dev.winnow.engine.technique;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Binds a technique's section of a config to its record, strictly: keys are the components' names
 * in snake_case, what is absent comes from a record of defaults, and what is unknown, of the wrong
 * type or out of range is refused by name.
 */
public final class Parameters {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Enum,
              config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
          .build();

  private Parameters() {}

  /**
   * The record that {@code given} describes.
   *
   * @param defaults values of the keys that are not given
   * @param where file and key of the section, for messages
   * @throws IllegalArgumentException naming the place and the key, what was got and what is allowed
   */
  public static <R extends Record> R bind(ObjectNode given, R defaults, String where) {
    ObjectNode all = MAPPER.valueToTree(defaults);
    List<String> allowed = new ArrayList<>();
    all.fieldNames().forEachRemaining(allowed::add);
    for (Iterator<String> names = given.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!allowed.contains(name)) {
        throw new IllegalArgumentException(
            "%s: unknown key '%s', allowed are %s"
                .formatted(where, name, String.join(", ", allowed)));
      }
      JsonNode value = given.get(name);
      if (!value.isNull()) {
        all.set(name, value);
      }
    }
    try {
      Object bound = MAPPER.treeToValue(all, defaults.getClass());
      @SuppressWarnings("unchecked") // the class of R's own instance
      R record = (R) bound;
      return record;
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(where + ": " + explain(e, all), e);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(where + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String explain(JsonMappingException e, ObjectNode all) {
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage(); // a range, which the record names
    }
    if (e.getPath().isEmpty()) {
      return e.getOriginalMessage();
    }
    String key = e.getPath().getFirst().getFieldName();
    return "%s cannot be %s: %s".formatted(key, all.get(key), e.getOriginalMessage());
  }
}
