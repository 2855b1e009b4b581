package dev.winnow.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.testing.ExpectedOutputs;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Model folders for the tests; they come out of a jar when Maven packages the modules. */
public final class TestFolders {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> GOLDEN_FILES =
      List.of("config.json", "generation_config.json", "model.safetensors", "expected.safetensors");

  /** ChatML, as most small chat models have it. */
  static final String CHAT_TEMPLATE =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
          + " + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
          + "{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private TestFolders() {}

  /** Hugging Face's checkpoint called {@code name}, copied below {@code parent}. */
  public static Path golden(String name, Path parent) {
    try {
      Path folder = Files.createDirectories(parent.resolve(name));
      for (String file : GOLDEN_FILES) {
        try (InputStream in =
            ExpectedOutputs.class.getResourceAsStream("/golden/" + name + "/" + file)) {
          Files.write(folder.resolve(file), in.readAllBytes());
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Random weights with a tokenizer that has one token per letter. */
  public static Path withTokenizer(Path folder) {
    return withTokenizer(folder, 128);
  }

  /** The same with a context of {@code positions} tokens. */
  static Path withTokenizer(Path folder, int positions) {
    List<String> vocabulary = Tokenizers.letters();
    TinyCheckpoint.builder().vocabSize(vocabulary.size()).maxPositions(positions).write(folder);
    write(folder.resolve("tokenizer.json"), Tokenizers.json(vocabulary));
    return folder;
  }

  /** The same with a chat template. */
  public static Path forChat(Path folder) {
    return forChat(folder, 128);
  }

  /** The same with a context of {@code positions} tokens. */
  static Path forChat(Path folder, int positions) {
    withTokenizer(folder, positions);
    ObjectNode config = JSON.createObjectNode();
    config.put("chat_template", CHAT_TEMPLATE).put("eos_token", "<|im_end|>");
    write(folder.resolve("tokenizer_config.json"), config);
    return folder;
  }

  /** A file with a JSON list of ids. */
  static Path ids(Path folder, int... ids) {
    return file(folder.resolve("ids.json"), Arrays.toString(ids));
  }

  static Path file(Path file, String content) {
    try {
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, ObjectNode content) {
    file(file, content.toString());
  }
}
