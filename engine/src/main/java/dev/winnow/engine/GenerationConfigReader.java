package dev.winnow.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Reads options in Hugging Face's JSON; see {@link GenerationConfig} for what they mean. */
final class GenerationConfigReader {

  /** Sets an option from a value that is not null. */
  private interface Option extends BiConsumer<GenerationConfig.Builder, Value> {}

  private static final Map<String, Option> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("max_new_tokens", (to, value) -> to.maxNewTokens(value.integer()));
    OPTIONS.put("do_sample", (to, value) -> to.doSample(value.bool()));
    OPTIONS.put("temperature", (to, value) -> to.temperature(value.isNull() ? 1 : value.number()));
    OPTIONS.put("top_k", (to, value) -> to.topK(value.isNull() ? 0 : value.integer()));
    OPTIONS.put("top_p", (to, value) -> to.topP(value.isNull() ? 1 : value.number()));
    OPTIONS.put("min_p", (to, value) -> to.minP(value.isNull() ? 0 : value.number()));
    OPTIONS.put(
        "repetition_penalty",
        (to, value) -> to.repetitionPenalty(value.isNull() ? 1 : value.number()));
    OPTIONS.put("stop_strings", (to, value) -> to.stopStrings(value.strings()));
    OPTIONS.put("eos_token_id", (to, value) -> to.eosTokenIds(value.integers()));
    OPTIONS.put("seed", (to, value) -> to.seed(value.longInteger()));
    OPTIONS.put("top_logprobs", (to, value) -> to.topLogProbs(value.integer()));
  }

  /** Options for which null means "off" and not "as it was". */
  private static final List<String> NULL_IS_OFF =
      List.of("temperature", "top_k", "top_p", "min_p", "repetition_penalty");

  /** Bookkeeping of checkpoints, and what only matters to other interfaces. */
  private static final List<String> IGNORED =
      List.of(
          "transformers_version",
          "_from_model_config",
          "_name_or_path",
          "_commit_hash",
          "_original_object_hash",
          "bos_token_id",
          "pad_token_id",
          "decoder_start_token_id",
          "return_dict_in_generate",
          "output_attentions",
          "output_hidden_states",
          "output_scores",
          "output_logits",
          "chat_format",
          "trust_remote_code");

  /**
   * Features of Hugging Face's generate that are not supported, with the value that means "off".
   */
  private static final Map<String, Object> NOT_SUPPORTED = new LinkedHashMap<>();

  static {
    for (String one : List.of("num_beams", "num_beam_groups", "num_return_sequences")) {
      NOT_SUPPORTED.put(one, 1);
    }
    for (String one : List.of("typical_p", "length_penalty", "encoder_repetition_penalty")) {
      NOT_SUPPORTED.put(one, 1);
    }
    for (String zero :
        List.of(
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "diversity_penalty",
            "epsilon_cutoff",
            "eta_cutoff",
            "penalty_alpha",
            "min_length",
            "min_new_tokens")) {
      NOT_SUPPORTED.put(zero, 0);
    }
    for (String no :
        List.of("early_stopping", "renormalize_logits", "remove_invalid_values", "token_healing")) {
      NOT_SUPPORTED.put(no, false);
    }
    NOT_SUPPORTED.put("use_cache", true);
    NOT_SUPPORTED.put("guidance_scale", 1);
    NOT_SUPPORTED.put("max_length", 20);
    for (String none :
        List.of(
            "max_time",
            "bad_words_ids",
            "force_words_ids",
            "constraints",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "suppress_tokens",
            "begin_suppress_tokens",
            "forced_decoder_ids",
            "sequence_bias",
            "exponential_decay_length_penalty",
            "watermarking_config",
            "cache_implementation",
            "cache_config",
            "prompt_lookup_num_tokens",
            "assistant_early_exit",
            "dola_layers",
            "low_memory",
            "top_h")) {
      NOT_SUPPORTED.put(none, "null");
    }
  }

  private GenerationConfigReader() {}

  static GenerationConfig read(ObjectNode json, String where, GenerationConfig base) {
    List<String> refused = new ArrayList<>();
    GenerationConfig config = read(json, where, base, refused);
    if (!refused.isEmpty()) {
      throw new IllegalArgumentException(refused.get(0));
    }
    return config;
  }

  static GenerationConfig.FromCheckpoint readCheckpoint(ObjectNode json, String where) {
    List<String> refused = new ArrayList<>();
    ObjectNode options = json;
    if (!json.path("do_sample").asBoolean() && isZero(json.path("temperature"))) {
      // Another way to say greedy; Hugging Face does not look at it then.
      options = json.deepCopy();
      options.remove("temperature");
    }
    GenerationConfig config = read(options, where, GenerationConfig.defaults(), refused);
    return new GenerationConfig.FromCheckpoint(config, refused);
  }

  private static boolean isZero(JsonNode node) {
    return node.isNumber() && node.doubleValue() == 0;
  }

  private static GenerationConfig read(
      ObjectNode json, String where, GenerationConfig base, List<String> refused) {
    GenerationConfig.Builder builder = base.toBuilder();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String key = entry.getKey();
      JsonNode node = entry.getValue();
      Option option = OPTIONS.get(key);
      if (option != null) {
        if (!node.isNull() || NULL_IS_OFF.contains(key)) {
          option.accept(builder, new Value(node, where + ": " + key));
        }
      } else if (NOT_SUPPORTED.containsKey(key)) {
        if (!isOff(node, NOT_SUPPORTED.get(key))) {
          refused.add(notSupported(where, key, node));
        }
      } else if (!IGNORED.contains(key) && !node.isNull()) {
        refused.add(
            "%s: unknown option %s = %s; options are %s"
                .formatted(where, key, node, OPTIONS.keySet()));
      }
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  private static String notSupported(String where, String key, JsonNode node) {
    String hint = key.equals("max_length") ? "; use max_new_tokens" : "";
    return "%s: %s is not supported, got %s; leave it out or set it to %s%s"
        .formatted(where, key, node, NOT_SUPPORTED.get(key), hint);
  }

  private static boolean isOff(JsonNode node, Object off) {
    return node.isNull()
        || (node.isNumber() && off instanceof Number n && node.doubleValue() == n.doubleValue())
        || (node.isBoolean() && off.equals(node.booleanValue()))
        || (node.isContainerNode() && node.isEmpty());
  }

  /** A JSON value and where it stands. */
  private record Value(JsonNode node, String where) {
    boolean isNull() {
      return node.isNull();
    }

    int integer() {
      require(node.isIntegralNumber() && node.canConvertToInt(), "an integer");
      return node.intValue();
    }

    long longInteger() {
      require(node.isIntegralNumber() && node.canConvertToLong(), "an integer");
      return node.longValue();
    }

    double number() {
      require(node.isNumber(), "a number");
      return node.doubleValue();
    }

    boolean bool() {
      require(node.isBoolean(), "true or false");
      return node.booleanValue();
    }

    Integer[] integers() {
      return elements("an integer or a list of integers").stream()
          .map(Value::integer)
          .toArray(Integer[]::new);
    }

    String[] strings() {
      return elements("a string or a list of strings").stream()
          .map(Value::string)
          .toArray(String[]::new);
    }

    private String string() {
      require(node.isTextual(), "a string");
      return node.textValue();
    }

    private List<Value> elements(String allowed) {
      require(node.isArray() || node.isValueNode(), allowed);
      if (!node.isArray()) {
        return List.of(this);
      }
      List<Value> elements = new ArrayList<>();
      node.forEach(element -> elements.add(new Value(element, where)));
      return elements;
    }

    private void require(boolean ok, String allowed) {
      if (!ok) {
        throw new IllegalArgumentException("%s must be %s, got %s".formatted(where, allowed, node));
      }
    }
  }
}
