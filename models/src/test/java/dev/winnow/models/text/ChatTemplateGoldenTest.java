package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every template renders every conversation as Python's Jinja2 does; see templates/ORIGIN.md. */
class ChatTemplateGoldenTest {

  static Stream<Arguments> cases() throws IOException {
    Map<String, JsonNode> conversations = new HashMap<>();
    for (JsonNode conversation : json("conversations.json")) {
      conversations.put(conversation.get("name").textValue(), conversation);
    }
    return StreamSupport.stream(json("expected.json").spliterator(), false)
        .map(
            item ->
                Arguments.of(
                    item.get("template").textValue(),
                    item.get("conversation").textValue(),
                    conversations.get(item.get("conversation").textValue()),
                    item));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cases")
  void renders_as_jinja2_does(
      String templateName, String name, JsonNode conversation, JsonNode expected)
      throws IOException {
    ChatTemplate template =
        ChatTemplate.of(resource(templateName), Optional.of("<s>"), Optional.of("</s>"));
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : conversation.get("messages")) {
      messages.add(
          new ChatMessage(message.get("role").textValue(), message.get("content").textValue()));
    }
    boolean addGenerationPrompt = conversation.get("add_generation_prompt").booleanValue();
    if (expected.has("error")) {
      assertThatThrownBy(() -> template.render(messages, addGenerationPrompt))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessage(expected.get("error").textValue());
    } else {
      assertThat(template.render(messages, addGenerationPrompt))
          .isEqualTo(expected.get("rendered").textValue());
    }
  }

  private static JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(resource(name));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ChatTemplateGoldenTest.class.getResourceAsStream("templates/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
