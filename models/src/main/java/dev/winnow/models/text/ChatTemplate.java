package dev.winnow.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Renders a conversation into a prompt with the Jinja template that came with a model.
 *
 * <p>Encode the prompt with {@code addSpecialTokens} false: templates write BOS themselves. A
 * template is untrusted code: it runs with limits on time (5 s), output (4 MiB characters) and
 * recursion, and reaches no Java class, file or network. Any error is fatal, none is rendered over.
 * Safe for use by several threads.
 */
public final class ChatTemplate {
  private static final int MAX_TEMPLATE_CHARACTERS = 1 << 20;
  private static final Limits DEFAULT_LIMITS = new Limits(Duration.ofSeconds(5), 4 << 20);

  /**
   * What a rendering may cost.
   *
   * @param time wall-clock time
   * @param characters length of the output, and of any text on the way
   */
  record Limits(Duration time, int characters) {}

  private final String template;
  private final String bosToken;
  private final String eosToken;
  private final Clock clock;
  private final Limits limits;

  ChatTemplate(String template, String bosToken, String eosToken, Clock clock, Limits limits) {
    if (template.length() > MAX_TEMPLATE_CHARACTERS) {
      throw new ChatTemplateException(
          "the chat template has %,d characters; at most %,d are read; use --raw to prompt without it"
              .formatted(template.length(), MAX_TEMPLATE_CHARACTERS));
    }
    // Jinja reads all line ends as \n and drops one at the end.
    String lines = template.replace("\r\n", "\n").replace('\r', '\n');
    this.template = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    this.bosToken = bosToken;
    this.eosToken = eosToken;
    this.clock = clock;
    this.limits = limits;
  }

  /**
   * A template and the tokens it may name; an absent token is an empty text to it.
   *
   * @throws ChatTemplateException if the template is longer than 1 MiB characters
   */
  public static ChatTemplate of(
      String template, Optional<String> bosToken, Optional<String> eosToken) {
    return new ChatTemplate(
        template,
        bosToken.orElse(""),
        eosToken.orElse(""),
        Clock.system(ZoneId.systemDefault()),
        DEFAULT_LIMITS);
  }

  /**
   * A template whose tokens {@code bos_token} and {@code eos_token} are looked up in the content of
   * a {@code tokenizer_config.json}.
   */
  public static ChatTemplate of(String template, ObjectNode tokenizerConfig) {
    return of(
        template,
        Tokenizer.tokenText(tokenizerConfig.get("bos_token")),
        Tokenizer.tokenText(tokenizerConfig.get("eos_token")));
  }

  /**
   * The template in {@code chat_template} of a tokenizer config: a text, or a list of named texts
   * of which {@code default} is taken.
   *
   * @param source the model, for messages
   * @throws ChatTemplateException if there is none
   */
  public static ChatTemplate fromConfig(Optional<ObjectNode> tokenizerConfig, String source) {
    JsonNode found = tokenizerConfig.map(config -> config.path("chat_template")).orElse(null);
    if (found != null && found.isArray()) {
      JsonNode byName = null;
      for (JsonNode entry : found) {
        if (entry.path("name").asText().equals("default")) {
          byName = entry.path("template");
        }
      }
      found = byName;
    }
    if (found == null || !found.isTextual()) {
      throw new ChatTemplateException(
          source
              + ": the model has no chat template (key chat_template of tokenizer_config.json), so it is probably not a chat model; use --raw to prompt without one");
    }
    return of(found.textValue(), tokenizerConfig.orElseThrow());
  }

  /**
   * The prompt for a conversation.
   *
   * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
   * @throws ChatTemplateException if the template refuses the messages (its own words are the
   *     message), fails or breaks a limit
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<Map<String, Object>> plain = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("role", message.role());
      entry.put("content", message.content());
      plain.add(entry);
    }
    Map<String, Object> bindings = new LinkedHashMap<>();
    bindings.put("messages", plain);
    bindings.put("add_generation_prompt", addGenerationPrompt);
    bindings.put("bos_token", bosToken);
    bindings.put("eos_token", eosToken);
    return new TemplateSandbox(limits, clock).render(template, bindings);
  }
}
