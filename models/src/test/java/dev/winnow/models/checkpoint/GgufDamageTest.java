package dev.winnow.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.GgufQuantiser;
import dev.winnow.models.testing.GgufWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import dev.winnow.models.testing.TinyGguf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufDamageTest {
  @TempDir Path folder;

  private static GgufWriter sound() {
    return TinyGguf.of(TinyCheckpoint.builder().layers(1).build(), GgufQuantiser.F32);
  }

  @Test
  void otherVersionsAndByteOrdersAreRefusedByName() throws IOException {
    refused(sound().version(1).toBytes(), "GGUF version 1; supported are 2 and 3");
    refused(sound().version(4).toBytes(), "GGUF version 4");
    refused(sound().version(0x03000000).toBytes(), "big-endian GGUF file (version 3)");
    refused("FUGG and more".getBytes(StandardCharsets.US_ASCII), "big-endian");
    refused("not a model".getBytes(StandardCharsets.US_ASCII), "does not begin with \"GGUF\"");
    refused(new byte[0], "ends within the magic");
  }

  @Test
  void otherTypesAreRefusedByName() throws IOException {
    GgufWriter writer = sound();
    writer.raw("blk.0.x.weight", GgufQuantiser.Q2_K, new long[] {256}, new byte[84]);
    refused(writer.toBytes(), "blk.0.x.weight has the type Q2_K, which is not supported");
  }

  @ParameterizedTest
  @CsvSource({
    "8, number of tensors is 18446744073709551615",
    "16, number of keys is 18446744073709551615",
    "24, name of key 0 is 18446744073709551615"
  })
  void countsBeyondTheFileAreRefusedBeforeAllocating(int position, String reason)
      throws IOException {
    byte[] file = sound().toBytes();
    little(file).putLong(position, -1);
    refused(file, reason);
    little(file).putLong(position, 1L << 40);
    refused(file, reason.replace("18446744073709551615", "1099511627776"));
  }

  @Test
  void arraysLongerThanTheFileAreRefused() throws IOException {
    GgufWriter writer = new GgufWriter().put("k", new int[] {1, 2, 3});
    byte[] file = writer.toBytes();
    // 24 of header, 8 + 1 of key, 4 of type, 4 of element type.
    little(file).putLong(41, 1L << 31);
    refused(file, "array length of key k is 2147483648");
    little(file).putInt(37, 77);
    refused(file, "value type 77");
  }

  @Test
  void arraysOfArraysHaveALimitedDepth() throws IOException {
    ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0x46554747).putInt(3).putLong(0).putLong(1);
    file.putLong(1).put((byte) 'k').putInt(9);
    for (int i = 0; i < 100; i++) {
      file.putInt(9).putLong(1);
    }
    refused(file.array(), "key k nests arrays more than 4 deep");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 48, 1 << 21})
  void anAlignmentIsAPowerOfTwo(int alignment) throws IOException {
    refused(sound().put("general.alignment", alignment).toBytes(), "general.alignment");
  }

  @Test
  void tensorsAreCheckedAgainstTheData() throws IOException {
    GgufWriter one = new GgufWriter().put("general.architecture", "llama");
    one.tensor("t", GgufQuantiser.Q8_0, new long[] {1, 32}, new float[32]);
    byte[] sound = one.toBytes();
    int rank = new String(sound, StandardCharsets.ISO_8859_1).indexOf("t\2\0\0\0") + 1;
    damaged(sound, file -> file.putInt(rank, 5), "5 dimensions");
    damaged(sound, file -> file.putInt(rank, 0), "0 dimensions");
    damaged(sound, file -> file.putLong(rank + 4, 33), "not a multiple of Q8_0's block of 32");
    damaged(sound, file -> file.putLong(rank + 4, 0), "dimension of 0");
    damaged(sound, file -> file.putLong(rank + 12, 1L << 60), "over 2^63 bytes");
    damaged(sound, file -> file.putLong(rank + 12, 3), "needs 102 bytes at offset 0");
    damaged(sound, file -> file.putInt(rank + 20, 999), "type number 999");
    damaged(sound, file -> file.putLong(rank + 24, 1), "multiple of general.alignment");
    damaged(sound, file -> file.putLong(rank + 24, 32), "at offset 32");
    damaged(sound, file -> file.putLong(rank + 24, -32), "multiple of general.alignment");
    damaged(sound, file -> file.putLong(rank + 24, 1L << 62), "at offset 4611686018427387904");
  }

  @Test
  void overlapsAndDuplicatesAreRefused() throws IOException {
    GgufWriter two = new GgufWriter().put("general.architecture", "llama");
    two.tensor("a", GgufQuantiser.F32, new long[] {8}, new float[8]);
    two.tensor("b", GgufQuantiser.F32, new long[] {8}, new float[8]);
    byte[] sound = two.toBytes();
    int rank = new String(sound, StandardCharsets.ISO_8859_1).indexOf("b\1\0\0\0") + 1;
    damaged(sound, file -> file.putLong(rank + 16, 0), "tensor b at offset 0 overlaps a");
    damaged(sound, file -> file.put(rank - 1, (byte) 'a'), "tensor a occurs twice");
  }

  @ParameterizedTest
  @CsvSource({
    "llama.block_count, 0, an integer from 1 to 10000",
    "llama.block_count, 2000000000, an integer from 1 to 10000",
    "llama.attention.head_count_kv, 3, a divisor of 4",
    "llama.attention.head_count, 0, an integer from 1",
    "llama.attention.key_length, 7, the head size",
    "llama.rope.dimension_count, 4, the head size",
    "llama.expert_count, 8, mixture of experts",
    "split.count, 3, llama-gguf-split --merge"
  })
  void valuesThatCannotBeAreRefusedByKey(String key, int value, String reason) throws IOException {
    assertThatThrownBy(() -> open(sound().put(key, value).toBytes()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("model.gguf", reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "general.architecture",
        "llama.block_count",
        "llama.embedding_length",
        "llama.feed_forward_length",
        "llama.context_length",
        "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon"
      })
  void keysThatAreNeededAreNamedWhenMissingOrOfAnotherType(String key) throws IOException {
    refused(sound().remove(key).toBytes(), "key " + key + " is ");
    refused(sound().put(key, List.of("x")).toBytes(), "key " + key + " is an array");
  }

  @Test
  void unknownArchitecturesScalingsAndTensorsAreRefused() throws IOException {
    refused(
        sound().put("general.architecture", "mamba").toBytes(),
        "\"mamba\"; it should be one of llama, qwen2, qwen3, gemma3, phi3");
    refused(
        sound().put("llama.rope.scaling.type", "su").toBytes(), "none, linear, yarn or longrope");
    refused(sound().put("llama.rope.scaling.type", "yarn").toBytes(), "rope.scaling.factor");
    GgufWriter experts = sound();
    experts.tensor("blk.0.ffn_gate_exps.weight", GgufQuantiser.F32, new long[] {1}, 1);
    refused(experts.toBytes(), "blk.0.ffn_gate_exps.weight is unknown");
    GgufWriter beyond = sound();
    beyond.tensor("blk.1.attn_norm.weight", GgufQuantiser.F32, new long[] {1}, 1);
    refused(beyond.toBytes(), "blk.1.attn_norm.weight is unknown");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] file = sound().toBytes();
    for (int length = 0; length < file.length; length += length < 2000 ? 1 : 997) {
      refused(Arrays.copyOf(file, length), "");
    }
  }

  private void damaged(byte[] sound, Consumer<ByteBuffer> damage, String reason)
      throws IOException {
    byte[] file = sound.clone();
    damage.accept(little(file));
    refused(file, reason);
  }

  private void refused(byte[] file, String reason) throws IOException {
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("model.gguf", reason);
  }

  private void open(byte[] bytes) throws IOException {
    Path file = folder.resolve("model.gguf");
    Files.write(file, bytes);
    Checkpoints.open(file).close();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
