package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Which shard holds which tensor: the {@code weight_map} of the index file. */
final class SafetensorsIndex {
  private static final int MAX_SHARDS = 4096;

  private SafetensorsIndex() {}

  /**
   * Reads the index.
   *
   * @return shard file name by tensor name; the names are plain, without folders
   */
  static Map<String, String> read(Path index) {
    byte[] json = CheckpointFiles.readBytes(index, CheckpointFiles.MAX_INDEX_BYTES);
    Map<String, String> shardOf = new LinkedHashMap<>();
    try (JsonParser parser = CheckpointFiles.JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new CheckpointException(index + " should hold a JSON object.");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!key.equals("weight_map")) {
          parser.skipChildren();
        } else if (value == JsonToken.START_OBJECT) {
          readWeightMap(parser, index, shardOf);
        } else {
          throw new CheckpointException(
              index + ", key weight_map should be an object, got " + value + ".");
        }
      }
    } catch (JsonProcessingException e) {
      throw CheckpointFiles.badJson(index.toString(), e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read " + index + ": " + e, e);
    }
    if (shardOf.isEmpty()) {
      throw new CheckpointException(
          index + ", key weight_map is missing or empty; it should name the shard of each tensor.");
    }
    return shardOf;
  }

  private static void readWeightMap(JsonParser parser, Path index, Map<String, String> shardOf)
      throws IOException {
    Set<String> shards = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String tensor = parser.currentName();
      JsonToken value = parser.nextToken();
      String shard = value == JsonToken.VALUE_STRING ? parser.getText() : null;
      if (shard == null || !isPlain(shard)) {
        throw new CheckpointException(
            index
                + ", key weight_map."
                + tensor
                + " should be the name of a .safetensors file in the same folder, got "
                + (shard == null ? value : "\"" + shard + "\"")
                + ".");
      }
      if (shards.add(shard) && shards.size() > MAX_SHARDS) {
        throw new CheckpointException(
            index + ", key weight_map names more than " + MAX_SHARDS + " shards.");
      }
      shardOf.put(tensor, shard);
    }
  }

  /** An index comes from strangers: it must not reach outside its folder. */
  private static boolean isPlain(String name) {
    return name.endsWith(".safetensors")
        && name.indexOf('/') < 0
        && name.indexOf('\\') < 0
        && name.indexOf(':') < 0
        && name.chars().noneMatch(Character::isISOControl);
  }
}
