package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTokenizerTest {

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2"})
  void byte_level_ids_are_those_of_the_python_library_for_each_pre_tokenizer(String pre) {
    JsonNode expected = Fixtures.json("byte-level.expected.json").get("pre").get(pre);
    try (Tokenizer tokenizer = Fixtures.load(Fixtures.byteLevelMetadata(pre))) {
      for (JsonNode item : expected) {
        String text = item.get("text").textValue();
        assertThat(tokenizer.encode(text, false))
            .as(text)
            .isEqualTo(Fixtures.ints(item.get("ids")));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "tekken", "gpt-4o", "dbrx"})
  void other_pre_tokenizers_lose_no_text(String pre) {
    try (Tokenizer tokenizer = Fixtures.load(Fixtures.byteLevelMetadata(pre))) {
      String text = "Don't stop, 12345 HTTPServer naïve ½ 日本語 😀 $+<= \n\n x";
      assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefix", "no-prefix"})
  void sentencepiece_ids_are_those_of_sentencepiece(String variant) {
    JsonNode expected = Fixtures.json("sentencepiece.expected.json").get(variant);
    try (Tokenizer tokenizer = Fixtures.load(Fixtures.sentencePieceMetadata(variant))) {
      for (JsonNode item : expected.get("encoded")) {
        String text = item.get("text").textValue();
        assertThat(tokenizer.encode(text, false))
            .as(text)
            .isEqualTo(Fixtures.ints(item.get("ids")));
      }
      for (JsonNode item : expected.get("decoded")) {
        assertThat(tokenizer.decode(Fixtures.ints(item.get("ids")), true))
            .isEqualTo(item.get("text").textValue());
      }
    }
  }

  @Test
  void bos_and_eos_are_added_as_the_metadata_says() {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata("smollm");
    assertThat(idsOf(metadata, "")).isEmpty();
    metadata.put("tokenizer.ggml.add_bos_token", true);
    assertThat(idsOf(metadata, "")).containsExactly(1);
    metadata.put("tokenizer.ggml.add_eos_token", true);
    assertThat(idsOf(metadata, "")).containsExactly(1, 2);
  }

  @Test
  void sentencepiece_and_llama_3_add_bos_when_the_metadata_does_not_say() {
    assertThat(idsOf(Fixtures.sentencePieceMetadata("prefix"), "")).containsExactly(1);
    assertThat(idsOf(Fixtures.byteLevelMetadata("llama-bpe"), "")).containsExactly(1);
  }

  @Test
  void phi_3_swallows_space_after_a_role_token() {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata("smollm");
    int[] with = idsOf(metadata, "<|im_end|> x");
    metadata.put("general.architecture", "phi3");
    metadata.put("general.name", "Phi-3-mini");
    assertThat(idsOf(metadata, "<|im_end|> x"))
        .isEqualTo(idsOf(metadata, "<|im_end|>x"))
        .isNotEqualTo(with);
  }

  @Test
  void user_defined_tokens_are_found_in_text_but_are_not_special() {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata("smollm");
    int[] types = ((int[]) metadata.get("tokenizer.ggml.token_type")).clone();
    types[0] = 4;
    metadata.put("tokenizer.ggml.token_type", types);
    assertThat(idsOf(metadata, "a<|endoftext|>")).contains(0);
    try (Tokenizer tokenizer = Fixtures.load(metadata)) {
      assertThat(tokenizer.decode(new int[] {0, 1}, true)).isEqualTo("<|endoftext|>");
    }
  }

  @Test
  void the_config_names_tokens_and_holds_the_template() {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata("smollm");
    metadata.put("tokenizer.chat_template", "{{ messages }}");
    ObjectNode config = GgufTokenizer.tokenizerConfig(metadata).orElseThrow();
    assertThat(config.get("bos_token").textValue()).isEqualTo("<|im_start|>");
    assertThat(config.get("eos_token").textValue()).isEqualTo("<|im_end|>");
    assertThat(config.has("unk_token")).isFalse();
    assertThat(config.get("add_bos_token").booleanValue()).isFalse();
    assertThat(config.get("chat_template").textValue()).isEqualTo("{{ messages }}");
  }

  @Test
  void without_a_tokenizer_there_is_nothing() {
    assertThat(GgufTokenizer.tokenizerJson(Map.of())).isEmpty();
    assertThat(GgufTokenizer.tokenizerConfig(Map.of("tokenizer.ggml.model", "none"))).isEmpty();
  }

  @Test
  void an_unknown_kind_or_pre_tokenizer_is_refused_by_name() {
    assertThatThrownBy(() -> GgufTokenizer.tokenizerJson(Fixtures.byteLevelMetadata("next-year's")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokenizer.ggml.pre")
        .hasMessageContaining("next-year's")
        .hasMessageContaining("llama-bpe");
    assertThatThrownBy(() -> GgufTokenizer.tokenizerJson(Map.of("tokenizer.ggml.model", "rwkv")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("rwkv");
  }

  @Test
  void wrong_metadata_is_refused_with_its_key() {
    refused("smollm", "tokenizer.ggml.tokens", List.of());
    refused("smollm", "tokenizer.ggml.tokens", List.of("a", 5));
    refused("smollm", "tokenizer.ggml.tokens", "a");
    refused("smollm", "tokenizer.ggml.token_type", new int[] {1});
    refused("smollm", "tokenizer.ggml.token_type", List.of(1));
    refused("smollm", "tokenizer.ggml.merges", null);
    refused("smollm", "tokenizer.ggml.merges", List.of("ab"));
    refused("smollm", "tokenizer.ggml.merges", List.of("a b c"));
    refused("smollm", "tokenizer.ggml.merges", List.of(" a"));
    refused("smollm", "tokenizer.ggml.add_bos_token", "yes");
    refused("smollm", "tokenizer.ggml.bos_token_id", "one");
    refusedForBos(1_000_000L);
    refusedForBos(-2);
    refusedForBos(1L << 32);
    refusedSpm("tokenizer.ggml.scores", null);
    refusedSpm("tokenizer.ggml.scores", new float[3]);
    refusedSpm("tokenizer.ggml.tokens", tokensWithOne("x".repeat(600)));
  }

  private static void refusedForBos(Object id) {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata("llama-bpe");
    metadata.put("tokenizer.ggml.bos_token_id", id);
    assertRefused(metadata, "tokenizer.ggml.bos_token_id");
  }

  private static void refused(String pre, String key, Object value) {
    Map<String, Object> metadata = Fixtures.byteLevelMetadata(pre);
    metadata.put(key, value);
    assertRefused(metadata, key);
  }

  private static void refusedSpm(String key, Object value) {
    Map<String, Object> metadata = Fixtures.sentencePieceMetadata("prefix");
    metadata.put(key, value);
    assertRefused(metadata, key);
  }

  private static void assertRefused(Map<String, Object> metadata, String key) {
    assertThatThrownBy(() -> GgufTokenizer.tokenizerJson(metadata))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(key);
  }

  private static List<String> tokensWithOne(String token) {
    @SuppressWarnings("unchecked")
    List<String> tokens =
        (List<String>) Fixtures.sentencePieceMetadata("prefix").get("tokenizer.ggml.tokens");
    String[] changed = tokens.toArray(new String[0]);
    changed[changed.length - 1] = token;
    return Arrays.asList(changed);
  }

  private static int[] idsOf(Map<String, Object> metadata, String text) {
    try (Tokenizer tokenizer = Fixtures.load(metadata)) {
      return tokenizer.encode(text, true);
    }
  }
}
