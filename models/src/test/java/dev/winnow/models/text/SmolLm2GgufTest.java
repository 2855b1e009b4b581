package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.testing.NeedsShared;
import dev.winnow.models.testing.SharedFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tokenizer of a real GGUF file, against what transformers and llama.cpp give for it. */
@NeedsShared({"models/SmolLM2-135M-Instruct.Q4_1.gguf", "models/smollm2-135m.expected.json"})
class SmolLm2GgufTest {
  private static JsonNode expected;
  private static Tokenizer tokenizer;
  private static Optional<ObjectNode> config;

  @BeforeAll
  static void load() throws IOException {
    Map<String, Object> metadata =
        GgufMetadataReader.read(SharedFolder.require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
    expected =
        new ObjectMapper()
            .readTree(SharedFolder.require("models/smollm2-135m.expected.json").toFile());
    byte[] json = GgufTokenizer.tokenizerJson(metadata).orElseThrow();
    config = GgufTokenizer.tokenizerConfig(metadata);
    tokenizer = Tokenizer.load(json, config, "SmolLM2");
  }

  @AfterAll
  static void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }

  @Test
  void every_recorded_text_has_the_recorded_ids() {
    assertThat(expected.get("tokenization")).isNotEmpty();
    for (JsonNode item : expected.get("tokenization")) {
      String text = item.get("text").textValue();
      assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ints(item.get("ids")));
    }
  }

  @Test
  void every_recorded_prompt_has_the_recorded_ids() {
    assertThat(expected.get("cases")).isNotEmpty();
    for (JsonNode item : expected.get("cases")) {
      String text =
          item.has("rendered") ? item.get("rendered").textValue() : item.path("prompt").textValue();
      int[] ids = ints(item.get("prompt_ids"));
      assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ids);
      assertThat(tokenizer.decode(ints(item.get("greedy_ids")), false))
          .isEqualTo(item.get("text").textValue());
    }
  }

  @Test
  void every_recorded_conversation_renders_as_recorded() {
    ChatTemplate template = ChatTemplate.fromConfig(config, "SmolLM2");
    assertThat(expected.get("chat_templates")).isNotEmpty();
    for (JsonNode item : expected.get("chat_templates")) {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode message : item.get("messages")) {
        messages.add(
            new ChatMessage(message.get("role").textValue(), message.get("content").textValue()));
      }
      assertThat(template.render(messages, item.get("add_generation_prompt").booleanValue()))
          .isEqualTo(item.get("rendered").textValue());
    }
    for (JsonNode item : expected.get("cases")) {
      if (item.get("kind").textValue().equals("chat")) {
        String prompt = item.get("prompt").textValue();
        assertThat(template.render(List.of(ChatMessage.user(prompt)), true))
            .isEqualTo(item.get("rendered").textValue());
      }
    }
  }

  @Test
  void random_ids_stream_to_what_they_decode_to() {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      int[] ids = random.ints(200, 0, tokenizer.vocabularySize()).toArray();
      StreamerAssert.assertStreamsLikeDecode(tokenizer, ids);
    }
  }

  private static int[] ints(JsonNode node) {
    int[] ints = new int[node.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = node.get(i).intValue();
    }
    return ints;
  }
}
