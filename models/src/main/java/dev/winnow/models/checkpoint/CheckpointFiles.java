package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Reads the files of a checkpoint within limits, so that a hostile one cannot eat the heap. */
final class CheckpointFiles {
  /** Largest JSON file read as a tree; the largest known {@code tokenizer_config.json} is 1 MB. */
  static final long MAX_CONFIG_BYTES = 8L << 20;

  /** Largest {@code tokenizer.json}; the largest known are about 35 MB. */
  static final long MAX_TOKENIZER_BYTES = 128L << 20;

  /** Largest {@code model.safetensors.index.json}; the largest known are about 10 MB. */
  static final long MAX_INDEX_BYTES = 64L << 20;

  /** Nothing in a checkpoint nests deeper than a handful of levels. */
  private static final int MAX_NESTING = 64;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Python's json module writes NaN and Infinity, and real configs hold them. */
  private static final JsonMapper TREES =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .build();

  private CheckpointFiles() {}

  /** Maps a whole file read-only for as long as {@code arena} lives. */
  static MemorySegment map(Path file, Arena arena) {
    requireRegularFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new CheckpointException("Cannot map " + file + ": " + e, e);
    }
  }

  static byte[] readBytes(Path file, long limit) {
    requireRegularFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Math.toIntExact(limit + 1));
      if (bytes.length > limit) {
        throw new CheckpointException(
            file + " has more than " + limit + " bytes, the most allowed for such a file.");
      }
      return bytes;
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  static ObjectNode readObject(Path file) {
    byte[] bytes = readBytes(file, MAX_CONFIG_BYTES);
    try {
      JsonNode node = TREES.readTree(bytes);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(
          file
              + " should hold a JSON object, got "
              + (node == null ? "nothing" : node.getNodeType()));
    } catch (JsonProcessingException e) {
      throw badJson(file.toString(), e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + file + ": " + e, e);
    }
  }

  static Optional<ObjectNode> readOptionalObject(Path file) {
    return Files.exists(file) ? Optional.of(readObject(file)) : Optional.empty();
  }

  static ObjectNode newObject() {
    return TREES.createObjectNode();
  }

  static CheckpointException badJson(String where, JsonProcessingException e) {
    String at =
        e.getLocation() == null
            ? ""
            : " (line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr()
                + ")";
    return new CheckpointException(
        where + " is not valid JSON: " + e.getOriginalMessage() + at + ". Fetch the file again.",
        e);
  }

  private static void requireRegularFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          file + (Files.exists(file) ? " is not a regular file." : " does not exist."));
    }
  }
}
