package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The JSON files of a Hugging Face model folder. */
final class HuggingFaceDocuments {
  private static final String CHAT_TEMPLATE = "chat_template";

  private HuggingFaceDocuments() {}

  static MappedCheckpoint.Documents read(Path folder) {
    ObjectNode config = CheckpointFiles.readObject(folder.resolve("config.json"));
    Optional<ObjectNode> generation =
        CheckpointFiles.readOptionalObject(folder.resolve("generation_config.json"));
    Optional<ObjectNode> tokenizerConfig = readTokenizerConfig(folder);
    Path tokenizer = folder.resolve("tokenizer.json");
    return new MappedCheckpoint.Documents(
        config,
        generation,
        () ->
            Files.exists(tokenizer)
                ? Optional.of(
                    CheckpointFiles.readBytes(tokenizer, CheckpointFiles.MAX_TOKENIZER_BYTES))
                : Optional.empty(),
        () -> tokenizerConfig);
  }

  /** A template file beside the config overrides the one inside, as in transformers. */
  private static Optional<ObjectNode> readTokenizerConfig(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    Optional<ObjectNode> config = CheckpointFiles.readOptionalObject(file);
    Optional<String> template = readTemplateFile(folder);
    if (template.isEmpty()) {
      template = config.flatMap(node -> chatTemplate(node.get(CHAT_TEMPLATE), file));
    }
    if (config.isEmpty() && template.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode result = config.orElseGet(CheckpointFiles::newObject);
    template.ifPresent(text -> result.put(CHAT_TEMPLATE, text));
    return Optional.of(result);
  }

  private static Optional<String> readTemplateFile(Path folder) {
    Path jinja = folder.resolve("chat_template.jinja");
    if (Files.exists(jinja)) {
      byte[] bytes = CheckpointFiles.readBytes(jinja, CheckpointFiles.MAX_CONFIG_BYTES);
      return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }
    Path json = folder.resolve("chat_template.json");
    return CheckpointFiles.readOptionalObject(json)
        .flatMap(node -> chatTemplate(node.get(CHAT_TEMPLATE), json));
  }

  /** A template is a string, or a list of named ones of which {@code default} is meant. */
  private static Optional<String> chatTemplate(JsonNode node, Path file) {
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (node.isTextual()) {
      return Optional.of(node.textValue());
    }
    List<String> names = new ArrayList<>();
    for (JsonNode named : node) {
      String name = named.path("name").asText();
      if (name.equals("default") && named.path("template").isTextual()) {
        return Optional.of(named.path("template").textValue());
      }
      names.add(name);
    }
    throw new CheckpointException(
        file
            + ", key chat_template should be a string or a list with a template named \"default\","
            + " got "
            + (node.isArray() ? "the names " + names : node.getNodeType())
            + ".");
  }
}
