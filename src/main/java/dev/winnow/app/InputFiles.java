package dev.winnow.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reads the files that options name; {@code -} is standard input. */
final class InputFiles {
  private static final int MAX_BYTES = 64 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Terminal terminal;
  private final Function<String, ParameterException> refuse;

  private InputFiles(Terminal terminal, Function<String, ParameterException> refuse) {
    this.terminal = terminal;
    this.refuse = refuse;
  }

  /** For the value of {@code option}, which what cannot be read is blamed on. */
  static InputFiles of(Terminal terminal, CommandLine command, String option) {
    return new InputFiles(
        terminal, problem -> new ParameterException(command, option + ": " + problem));
  }

  /** The text of a UTF-8 file, exactly. */
  String text(Path file) {
    byte[] bytes = bytes(file);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw refuse.apply(file + " is not UTF-8 text; convert it, for example with iconv");
    }
  }

  /** The token ids in a JSON list. */
  int[] ids(Path file) {
    JsonNode list;
    try {
      list = JSON.readTree(bytes(file));
    } catch (JsonProcessingException e) {
      throw refuse.apply(
          "%s is not JSON (line %d, column %d); expected a list of token ids such as [1, 2, 3]"
              .formatted(file, e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw refuse.apply("%s cannot be read: %s".formatted(file, e));
    }
    if (!list.isArray()) {
      throw refuse.apply(
          "%s holds %s; expected a JSON list of token ids such as [1, 2, 3]"
              .formatted(file, list.isMissingNode() ? "nothing" : "a JSON " + kind(list)));
    }
    if (list.isEmpty()) {
      throw refuse.apply("%s holds an empty list; give at least one token id".formatted(file));
    }
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = list.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw refuse.apply(
            "%s: element %d is %s; a token id is a whole number from 0 on"
                .formatted(file, i, shortened(id.toString())));
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  private byte[] bytes(Path file) {
    boolean standardInput = file.toString().equals("-");
    try (InputStream in = standardInput ? terminal.in() : Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw refuse.apply("%s is larger than %d MiB".formatted(file, MAX_BYTES >> 20));
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw refuse.apply("there is no file " + file);
    } catch (IOException e) {
      throw refuse.apply("%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  private static String kind(JsonNode node) {
    return Choices.lowerCase(node.getNodeType());
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
