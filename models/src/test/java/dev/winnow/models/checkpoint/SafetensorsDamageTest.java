package dev.winnow.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsDamageTest {
  @TempDir Path folder;

  @BeforeEach
  void config() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
  }

  // Four data bytes follow each header.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]} | not valid JSON",
        "[] | the header should be START_OBJECT",
        "{}{} | content after",
        "{\"x\":3} | tensor x should be START_OBJECT",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}} | needs dtype, shape and two data_offsets",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}} | two data_offsets",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}} | key shape should be",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}} | VALUE_NUMBER_INT",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | out of range",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}"
            + "| out of range",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}"
            + "| more than 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}"
            + "| overflows",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | needs 8 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | data has 4 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | data_offsets is [4, 0]",
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}} | leaving a hole",
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
            + "\"y\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}} | overlapping x",
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}} | 1 bytes after x",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | Duplicate",
        "{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}} | F8_E4M3, which is",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"z\":1}} | key z is unknown"
      })
  void aDamagedHeaderIsRefusedNamingTheFileAndTheReason(String header, String reason)
      throws IOException {
    byte[] file = SafetensorsWriter.assemble(header, new byte[4]);
    Files.write(folder.resolve("model.safetensors"), file);
    refused("model.safetensors", reason);
  }

  @Test
  void deepNestingIsRefusedRatherThanOverflowingTheStack() throws IOException {
    String header = "{\"__metadata__\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    byte[] file = SafetensorsWriter.assemble(header, new byte[0]);
    Files.write(folder.resolve("model.safetensors"), file);
    refused("model.safetensors", "nesting depth");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void aHeaderLengthBeyondTheFileOrTheLimitIsRefused(long length) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(folder.resolve("model.safetensors"), file.array());
    refused("model.safetensors", "header length is " + Long.toUnsignedString(length));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] file = new SafetensorsWriter().tensor("x", "F32", new long[] {3}, 1, 2, 3).toBytes();
    for (int length = 0; length < file.length; length++) {
      Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(file, length));
      refused("model.safetensors", "");
    }
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    TinyCheckpoint.builder().shards(2).write(folder);
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    refused("model-00002-of-00002.safetensors", "does not exist");
  }

  @Test
  void aTensorItsShardLacksIsNamed() throws IOException {
    TinyCheckpoint.builder().shards(2).write(folder);
    Path index = folder.resolve("model.safetensors.index.json");
    String json = Files.readString(index).replace("model.norm.weight", "model.gone.weight");
    Files.writeString(index, json);
    refused("index.json", "model.gone.weight");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/x.safetensors",
        "a/x.safetensors",
        "..\\\\x.safetensors",
        "C:x.safetensors",
        "x\\u0000.safetensors",
        "passwd"
      })
  void anIndexCannotReachOutsideItsFolder(String shard) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"x\": \"" + shard + "\"}}");
    refused("model.safetensors.index.json", "weight_map.x should be the name of a .safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"weight_map\": 3}", "{\"weight_map\": {\"x\": 1}}"})
  void aDamagedIndexIsRefused(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    refused("model.safetensors.index.json", "");
  }

  @Test
  void withoutConfigJsonNothingOpens() throws IOException {
    TinyCheckpoint.builder().write(folder);
    Files.delete(folder.resolve("config.json"));
    refused("config.json", "does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"a\":", "{\"a\":1,\"a\":2}"})
  void aDamagedConfigIsRefused(String json) throws IOException {
    TinyCheckpoint.builder().write(folder);
    Files.writeString(folder.resolve("config.json"), json);
    refused("config.json", "");
  }

  @Test
  void anOversizedConfigIsRefused() throws IOException {
    TinyCheckpoint.builder().write(folder);
    Files.writeString(folder.resolve("config.json"), " ".repeat((8 << 20) + 1));
    refused("config.json", "more than 8388608 bytes");
  }

  @Test
  void severalFilesWithoutAnIndexAreAmbiguous() {
    new SafetensorsWriter().write(folder.resolve("a.safetensors"));
    new SafetensorsWriter().write(folder.resolve("b.safetensors"));
    refused("2 .safetensors files", "model.safetensors.index.json");
  }

  @Test
  void whatIsNotACheckpointIsDescribed() throws IOException {
    refused("config.json", "Accepted: a folder");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    refused("pytorch_model.bin", "convert it to safetensors");
    Files.delete(folder.resolve("pytorch_model.bin"));
    Files.createFile(folder.resolve("model.onnx"));
    refused("model.onnx", "exported graph");
    Files.createFile(folder.resolve("a.gguf"));
    refused("a.gguf", "Name one .gguf file");
    assertThatThrownBy(() -> Checkpoints.open(folder.resolve("absent")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("absent", "no such file");
  }

  private void refused(String file, String reason) {
    assertThatThrownBy(() -> Checkpoints.open(folder).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file, reason);
  }
}
