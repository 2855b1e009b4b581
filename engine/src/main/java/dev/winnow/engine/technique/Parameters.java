package dev.winnow.engine.technique;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Binds a technique's section of a config to its record, strictly: keys are the components' names
 * in snake_case, what is absent comes from a record of defaults, and what is unknown, of the wrong
 * type or out of range is refused by name. Enums are written in lower case and files as text.
 */
public final class Parameters {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Enum,
              config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
          .addModule(
              new SimpleModule()
                  .addSerializer(new PathWriter())
                  .addDeserializer(Path.class, new PathReader()))
          .build();

  private Parameters() {}

  /** {@code parameters} as they stand in a config. */
  public static ObjectNode toJson(Record parameters) {
    return MAPPER.valueToTree(parameters);
  }

  /** The key that stands for a record's component in a config. */
  public static String key(String component) {
    return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component);
  }

  /**
   * The record that {@code given} describes.
   *
   * @param defaults values of the keys that are not given
   * @param where file and key of the section, for messages
   * @throws IllegalArgumentException naming the place and the key, what was got and what is allowed
   */
  public static <R extends Record> R bind(ObjectNode given, R defaults, String where) {
    ObjectNode all = toJson(defaults);
    List<String> allowed = new ArrayList<>();
    all.fieldNames().forEachRemaining(allowed::add);
    for (Iterator<String> names = given.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!allowed.contains(name)) {
        throw new IllegalArgumentException(
            "%s: unknown key '%s', allowed are %s"
                .formatted(where, name, String.join(", ", allowed)));
      }
      if (given.get(name).isNull() && !all.get(name).isNull()) {
        throw new IllegalArgumentException(
            "%s: %s has no value; give one, or leave the key out for the default %s"
                .formatted(where, name, all.get(name)));
      }
      all.set(name, given.get(name));
    }
    try {
      Object bound = MAPPER.treeToValue(all, defaults.getClass());
      @SuppressWarnings("unchecked") // the class of R's own instance
      R record = (R) bound;
      return record;
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(where + ": " + explain(e, all), e);
    } catch (JsonProcessingException e) {
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
    StringBuilder key = new StringBuilder();
    JsonNode got = all;
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        key.append('[').append(step.getIndex()).append(']');
        got = got.path(step.getIndex());
      } else {
        key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
        got = got.path(step.getFieldName());
      }
    }
    Class<?> type =
        e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    return type == null
        ? "%s cannot be %s: %s".formatted(key, got, e.getOriginalMessage())
        : "%s must be %s, got %s".formatted(key, kind(type), got);
  }

  private static String kind(Class<?> type) {
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    JavaType java = MAPPER.constructType(type);
    if (java.isCollectionLikeType() || java.isArrayType()) {
      return "a list";
    }
    if (List.of(int.class, long.class, Integer.class, Long.class).contains(type)) {
      return "a whole number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class || type == Path.class) {
      return "text";
    }
    // Other records stand for one number, such as a budget, or are sections of their own.
    return type.isRecord() && type.getRecordComponents().length > 1 ? "a section" : "a number";
  }

  /** Jackson would write a URI, with the folder that the process was started in. */
  private static final class PathWriter extends StdScalarSerializer<Path> {
    private static final long serialVersionUID = 1L;

    PathWriter() {
      super(Path.class);
    }

    @Override
    public void serialize(Path value, JsonGenerator to, SerializerProvider unused)
        throws IOException {
      to.writeString(value.toString());
    }
  }

  /** Jackson would ask other file systems for what looks like a URI. */
  private static final class PathReader extends StdScalarDeserializer<Path> {
    private static final long serialVersionUID = 1L;

    PathReader() {
      super(Path.class);
    }

    @Override
    public Path deserialize(JsonParser from, DeserializationContext context) throws IOException {
      if (!from.hasToken(JsonToken.VALUE_STRING)) {
        return (Path) context.handleUnexpectedToken(Path.class, from);
      }
      try {
        return Path.of(from.getText());
      } catch (InvalidPathException e) {
        return (Path)
            context.handleWeirdStringValue(Path.class, from.getText(), "%s", e.getMessage());
      }
    }
  }
}
