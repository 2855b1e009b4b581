package dev.winnow.bench.jsonl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads questions, one JSON object on each line: {@code context} and {@code question}, or {@code
 * prompt}; {@code answers}; and, if wanted, {@code id} and {@code max_new_tokens}. Lines without
 * anything on them are skipped.
 */
public final class QuestionLines {
  private static final Set<String> DIVIDED = Set.of("context", "question");
  private static final String KEYS = "context and question, or prompt; answers, id, max_new_tokens";
  private static final Set<String> KNOWN =
      Set.of("context", "question", "prompt", "answers", "id", "max_new_tokens");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String where;
  private final JsonNode line;

  private QuestionLines(String where, JsonNode line) {
    this.where = where;
    this.line = line;
  }

  /**
   * All questions in {@code text}.
   *
   * @param file its name, for messages
   * @throws IllegalArgumentException naming file, line and key of the first mistake
   */
  public static List<TextQuestion> read(String file, String text) {
    List<TextQuestion> questions = new ArrayList<>();
    int number = 0;
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      String line = lines.next();
      number++;
      if (!line.isBlank()) {
        String where = "%s, line %d".formatted(file, number);
        questions.add(new QuestionLines(where, parse(where, line)).question(number));
      }
    }
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no questions; give a JSON object on each line, with %s".formatted(file, KEYS));
    }
    return questions;
  }

  private static JsonNode parse(String where, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not one JSON object (column %d: %s)"
              .formatted(where, e.getLocation().getColumnNr(), e.getOriginalMessage()),
          e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          "%s must be a JSON object with %s, got %s".formatted(where, KEYS, shown(node)));
    }
    return node;
  }

  private TextQuestion question(int number) {
    line.fieldNames()
        .forEachRemaining(
            key -> {
              if (!KNOWN.contains(key)) {
                throw wrong(key, "is not known; allowed are " + KEYS);
              }
            });
    boolean whole = line.has("prompt");
    if (whole) {
      for (String key : DIVIDED) {
        if (line.has(key)) {
          throw wrong(key, "must not stand beside prompt; give one or the other");
        }
      }
    }
    return new TextQuestion(
        where,
        id(number),
        whole ? Optional.empty() : Optional.of(text("context")),
        text(whole ? "prompt" : "question"),
        answers(),
        maxNewTokens());
  }

  private String text(String key) {
    JsonNode node = line.get(key);
    if (node == null) {
      throw wrong(key, "is missing; a line has " + KEYS);
    }
    return text(key, node);
  }

  private String text(String key, JsonNode node) {
    if (!node.isTextual() || node.textValue().isBlank()) {
      throw wrong(key, "must be a text that is not blank, got " + shown(node));
    }
    // JSON can spell half a surrogate pair, which no UTF-8 text and so no tokenizer has.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(node.textValue())) {
      throw wrong(key, "must be text that UTF-8 can hold, got half a surrogate pair");
    }
    return node.textValue();
  }

  private List<String> answers() {
    JsonNode node = line.get("answers");
    if (node == null || !node.isArray() || node.isEmpty()) {
      throw wrong(
          "answers",
          "must be a list of at least one text, got " + (node == null ? "nothing" : shown(node)));
    }
    List<String> answers = new ArrayList<>();
    for (JsonNode answer : node) {
      answers.add(text("answers[%d]".formatted(answers.size()), answer));
    }
    return answers;
  }

  private String id(int number) {
    JsonNode node = line.get("id");
    if (node == null) {
      return Integer.toString(number);
    }
    return node.isIntegralNumber() ? node.asText() : text("id", node);
  }

  private OptionalInt maxNewTokens() {
    JsonNode node = line.get("max_new_tokens");
    if (node == null) {
      return OptionalInt.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw wrong("max_new_tokens", "must be a whole number >= 1, got " + shown(node));
    }
    return OptionalInt.of(node.intValue());
  }

  private IllegalArgumentException wrong(String key, String problem) {
    return new IllegalArgumentException("%s: %s %s".formatted(where, key, problem));
  }

  private static String shown(JsonNode node) {
    if (node.isContainerNode() || node.isMissingNode()) {
      String kind = node.getNodeType().name().toLowerCase(Locale.ROOT);
      return (node.isEmpty() ? "an empty " : "a JSON ") + kind;
    }
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
