package dev.winnow.models.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Rebuilds a Hugging Face tokenizer from the {@code tokenizer.*} metadata of a GGUF file.
 *
 * <p>Values are expected as {@code String}, {@code Boolean}, any {@code Number}, {@code
 * List<String>}, {@code float[]} and {@code int[]}.
 */
public final class GgufTokenizer {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private GgufTokenizer() {}

  /**
   * What {@code tokenizer.json} would be; empty when the metadata holds no tokenizer.
   *
   * @throws dev.winnow.models.CheckpointException if the tokenizer is damaged or of an unknown kind
   */
  public static Optional<byte[]> tokenizerJson(Map<String, Object> metadata) {
    return GgufVocabulary.of(new GgufMetadata(metadata)).map(GgufTokenizer::write);
  }

  /**
   * What {@code tokenizer_config.json} would be, chat template included; empty when the metadata
   * holds no tokenizer.
   *
   * @throws dev.winnow.models.CheckpointException if the tokenizer is damaged or of an unknown kind
   */
  public static Optional<ObjectNode> tokenizerConfig(Map<String, Object> metadata) {
    GgufMetadata values = new GgufMetadata(metadata);
    return GgufVocabulary.of(values)
        .map(
            vocabulary -> {
              ObjectNode config = NODES.objectNode();
              vocabulary.bos().ifPresent(id -> config.put("bos_token", vocabulary.token(id)));
              vocabulary.eos().ifPresent(id -> config.put("eos_token", vocabulary.token(id)));
              vocabulary.unknown().ifPresent(id -> config.put("unk_token", vocabulary.token(id)));
              vocabulary.pad().ifPresent(id -> config.put("pad_token", vocabulary.token(id)));
              config.put("add_bos_token", vocabulary.addBos());
              config.put("add_eos_token", vocabulary.addEos());
              values
                  .string("tokenizer.chat_template")
                  .ifPresent(template -> config.put("chat_template", template));
              return config;
            });
  }

  private static byte[] write(GgufVocabulary vocabulary) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("version", "1.0");
      json.writeNullField("truncation");
      json.writeNullField("padding");
      writeAddedTokens(json, vocabulary);
      json.writeObjectField("normalizer", normalizer(vocabulary));
      json.writeObjectField("pre_tokenizer", preTokenizer(vocabulary));
      json.writeObjectField("post_processor", postProcessor(vocabulary));
      json.writeObjectField("decoder", decoder(vocabulary));
      writeModel(json, vocabulary);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeAddedTokens(JsonGenerator json, GgufVocabulary vocabulary)
      throws IOException {
    json.writeArrayFieldStart("added_tokens");
    for (GgufVocabulary.AddedToken token : vocabulary.addedTokens()) {
      json.writeStartObject();
      json.writeNumberField("id", token.id());
      json.writeStringField("content", token.text());
      json.writeBooleanField("single_word", false);
      json.writeBooleanField("lstrip", false);
      json.writeBooleanField("rstrip", token.stripsRight());
      json.writeBooleanField("normalized", false);
      json.writeBooleanField("special", token.special());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeModel(JsonGenerator json, GgufVocabulary vocabulary) throws IOException {
    json.writeObjectFieldStart("model");
    json.writeStringField("type", "BPE");
    json.writeNullField("dropout");
    boolean pieces = vocabulary.sentencePiece();
    if (pieces && vocabulary.unknown().isPresent()) {
      json.writeStringField("unk_token", vocabulary.token(vocabulary.unknown().getAsInt()));
    } else {
      json.writeNullField("unk_token");
    }
    json.writeBooleanField("fuse_unk", pieces);
    json.writeBooleanField("byte_fallback", pieces);
    json.writeBooleanField(
        "ignore_merges", !pieces && vocabulary.preTokenizer().orElseThrow().ignoresMerges());
    json.writeObjectFieldStart("vocab");
    for (Map.Entry<String, Integer> entry : vocabulary.ids().entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("merges");
    for (String[] merge : vocabulary.merges()) {
      json.writeArray(merge, 0, 2);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static Object normalizer(GgufVocabulary vocabulary) {
    if (!vocabulary.sentencePiece()) {
      boolean nfc = vocabulary.preTokenizer().orElseThrow().normalisesToNfc();
      return nfc ? step("NFC") : null;
    }
    ObjectNode replace = replace(" ", "\u2581");
    if (!vocabulary.addSpacePrefix()) {
      return replace;
    }
    return sequence("normalizers", step("Prepend").put("prepend", "\u2581"), replace);
  }

  private static Object preTokenizer(GgufVocabulary vocabulary) {
    if (vocabulary.sentencePiece()) {
      return null;
    }
    GgufPreTokenizer pre = vocabulary.preTokenizer().orElseThrow();
    ObjectNode sequence = sequence("pretokenizers");
    ArrayNode steps = (ArrayNode) sequence.get("pretokenizers");
    for (String expression : pre.splits()) {
      ObjectNode split = step("Split");
      split.putObject("pattern").put("Regex", expression);
      steps.add(split.put("behavior", "Isolated").put("invert", false));
    }
    steps.add(byteLevel(pre.endsWithGpt2()));
    return sequence;
  }

  private static Object postProcessor(GgufVocabulary vocabulary) {
    Map<String, Integer> used = new LinkedHashMap<>();
    ArrayNode single = NODES.arrayNode();
    ArrayNode pair = NODES.arrayNode();
    OptionalInt bos = vocabulary.addBos() ? vocabulary.bos() : OptionalInt.empty();
    OptionalInt eos = vocabulary.addEos() ? vocabulary.eos() : OptionalInt.empty();
    for (String part : List.of("A", "B")) {
      int type = part.equals("A") ? 0 : 1;
      for (ArrayNode template : type == 0 ? List.of(single, pair) : List.of(pair)) {
        bos.ifPresent(id -> template.add(special(vocabulary.token(id), type)));
        ObjectNode text = NODES.objectNode();
        text.putObject("Sequence").put("id", part).put("type_id", type);
        template.add(text);
        eos.ifPresent(id -> template.add(special(vocabulary.token(id), type)));
      }
    }
    bos.ifPresent(id -> used.put(vocabulary.token(id), id));
    eos.ifPresent(id -> used.put(vocabulary.token(id), id));
    if (used.isEmpty()) {
      return vocabulary.sentencePiece() ? null : byteLevel(true);
    }
    ObjectNode processor = step("TemplateProcessing");
    processor.set("single", single);
    processor.set("pair", pair);
    ObjectNode tokens = processor.putObject("special_tokens");
    used.forEach(
        (token, id) -> {
          ObjectNode entry = tokens.putObject(token).put("id", token);
          entry.putArray("ids").add(id);
          entry.putArray("tokens").add(token);
        });
    return processor;
  }

  private static Object decoder(GgufVocabulary vocabulary) {
    if (!vocabulary.sentencePiece()) {
      return byteLevel(true);
    }
    ObjectNode sequence =
        sequence("decoders", replace("\u2581", " "), step("ByteFallback"), step("Fuse"));
    if (vocabulary.addSpacePrefix()) {
      ((ArrayNode) sequence.get("decoders"))
          .add(step("Strip").put("content", " ").put("start", 1).put("stop", 0));
    }
    return sequence;
  }

  private static ObjectNode step(String type) {
    return NODES.objectNode().put("type", type);
  }

  private static ObjectNode sequence(String key, ObjectNode... steps) {
    ObjectNode sequence = step("Sequence");
    sequence.putArray(key).addAll(List.of(steps));
    return sequence;
  }

  private static ObjectNode replace(String text, String content) {
    ObjectNode replace = step("Replace");
    replace.putObject("pattern").put("String", text);
    return replace.put("content", content);
  }

  private static ObjectNode byteLevel(boolean useRegex) {
    return step("ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", useRegex);
  }

  private static ObjectNode special(String token, int type) {
    ObjectNode special = NODES.objectNode();
    special.putObject("SpecialToken").put("id", token).put("type_id", type);
    return special;
  }
}
