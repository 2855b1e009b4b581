package dev.winnow.models.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.GoldenFolders;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFormatTest {
  @TempDir Path folder;

  // Counts, values and float64 sums read from the same files by numpy.
  @ParameterizedTest
  @CsvSource({
    "llama-gqa, 30, F32, -0.11339519917964935, 7.471006847316858",
    "llama-tied-bf16-sharded, 29, BF16, 0.087890625, 3.9673446714878082",
    "llama3-rope-scaling-f16, 29, F16, 0.0419921875, -7.685314178466797",
    "llama-yarn, 29, BF16, -0.028076171875, -5.015745103359222",
    "llama-linear-rope, 29, BF16, 0.087890625, 3.9673446714878082",
    "llama-headdim, 30, BF16, -0.039794921875, 9.035812884569168",
    "mistral, 30, BF16, -0.11328125, 7.459757387638092",
    "mistral-window, 30, BF16, -0.0517578125, 6.651969850063324",
    "qwen2, 38, BF16, 0.00015163421630859375, -4.78670197725296",
    "qwen3, 35, BF16, -0.0810546875, -8.957096017897129",
    "gemma3, 93, BF16, -0.06494140625, 9.081161411479115",
    "phi3, 21, BF16, -0.01708984375, -1.3643755912780762"
  })
  void goldenFoldersHoldTheValuesNumpyReads(
      String name, int count, String type, double value, double sum) {
    String tensor = "model.layers.1.mlp.down_proj.weight";
    try (Checkpoint checkpoint = Checkpoints.open(GoldenFolders.folder(name))) {
      assertThat(checkpoint.format()).isEqualTo("safetensors");
      assertThat(checkpoint.tensors()).hasSize(count);
      assertThat(checkpoint.config().get("hidden_size").asInt()).isEqualTo(64);
      assertThat(checkpoint.generationConfig()).isPresent();
      assertThat(checkpoint.tokenizerJson()).isEmpty();
      TensorInfo info = checkpoint.tensors().get(tensor);
      assertThat(info.shape()).containsExactly(64L, 160L);
      assertThat(info.storedType()).isEqualTo(type);
      float[] values = Tensors.read(checkpoint, tensor);
      assertThat(values[5 * 160 + 7]).isEqualTo((float) value);
      double total = 0;
      for (float element : values) {
        total += element;
      }
      assertThat(total).isEqualTo(sum, within(1e-9));
    }
  }

  @Test
  void integersOfAnExpectedFileReadAsFloats() {
    Path file = GoldenFolders.folder("qwen2").resolve("expected.safetensors");
    try (Checkpoint checkpoint = Checkpoints.open(file)) {
      assertThat(checkpoint.tensors().get("generated_ids").storedType()).isEqualTo("I32");
      assertThat(Tensors.read(checkpoint, "generated_ids")).hasSize(24).containsOnly(84f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"})
  void everyTypeReadsAsFloat32(String type) {
    float[] values = type.equals("BOOL") ? new float[] {1, 0, 1} : new float[] {1, 0, 100};
    config();
    new SafetensorsWriter()
        .tensor("x", type, new long[] {3}, values)
        .write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(Tensors.read(checkpoint, "x")).containsExactly(values);
    }
  }

  @Test
  void signsOfBytesFollowTheType() {
    config();
    new SafetensorsWriter()
        .tensor("i", "I8", new long[] {1}, -1)
        .tensor("u", "U8", new long[] {1}, 255)
        .write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(Tensors.read(checkpoint, "i")).containsExactly(-1f);
      assertThat(Tensors.read(checkpoint, "u")).containsExactly(255f);
    }
  }

  @Test
  void scalarsAndEmptyTensorsAreTensors() {
    config();
    new SafetensorsWriter()
        .tensor("empty", "F32", new long[] {0, 3})
        .tensor("scalar", "F32", new long[0], 7)
        .write(folder.resolve("only.safetensors"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(Tensors.read(checkpoint, "scalar")).containsExactly(7f);
      assertThat(Tensors.read(checkpoint, "empty")).isEmpty();
    }
  }

  @Test
  void shardsHoldTheSameWeightsAsOneFile() {
    TinyCheckpoint one = TinyCheckpoint.builder().tied(false).build();
    Path single = one.write(folder.resolve("one"));
    Path sharded = TinyCheckpoint.builder().tied(false).shards(3).write(folder.resolve("three"));
    try (Checkpoint a = Checkpoints.open(single);
        Checkpoint b = Checkpoints.open(sharded)) {
      assertThat(b.tensors()).isEqualTo(a.tensors());
      one.weights()
          .forEach(
              (name, weight) -> {
                assertThat(Tensors.read(a, name)).containsExactly(weight.values());
                assertThat(Tensors.read(b, name)).containsExactly(weight.values());
              });
      assertThat(CheckpointFingerprint.of(a)).hasSize(64).isEqualTo(CheckpointFingerprint.of(b));
    }
  }

  @Test
  void anotherSeedHasAnotherFingerprint() {
    try (Checkpoint a = Checkpoints.open(TinyCheckpoint.builder().write(folder.resolve("a")));
        Checkpoint b =
            Checkpoints.open(TinyCheckpoint.builder().seed(2).write(folder.resolve("b")))) {
      assertThat(CheckpointFingerprint.of(a)).isNotEqualTo(CheckpointFingerprint.of(b));
    }
  }

  @Test
  void rowsAreReadFromTheMiddleAcrossManyChunks() {
    int columns = 9000;
    float[] values = new float[3 * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    config();
    new SafetensorsWriter()
        .tensor("x", "F32", new long[] {3, columns}, values)
        .write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      float[] rows = new float[2 * columns];
      checkpoint.read("x", 1, 2, MemorySegment.ofArray(rows));
      assertThat(rows).containsExactly(Arrays.copyOfRange(values, columns, 3 * columns));
      MemorySegment small = MemorySegment.ofArray(new float[columns - 1]);
      assertThatThrownBy(() -> checkpoint.read("x", 0, 1, small))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("36000 bytes");
      assertThatThrownBy(() -> checkpoint.read("x", 2, 2, small))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> checkpoint.read("y", 0, 1, small))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no tensor y");
    }
  }

  @Test
  void aClosedCheckpointRefusesToReadAndClosesAgain() {
    Checkpoint checkpoint = Checkpoints.open(TinyCheckpoint.builder().write(folder));
    checkpoint.close();
    checkpoint.close();
    assertThatThrownBy(() -> Tensors.read(checkpoint, "model.norm.weight"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChatTemplateComesFromTheConfigAListOrAFile() throws IOException {
    TinyCheckpoint.builder().write(folder);
    assertThat(template()).isNull();
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"chat_template\": \"a\", \"model_max_length\": 1e30}");
    assertThat(template()).isEqualTo("a");
    Files.writeString(
        config,
        """
        {"chat_template": [{"name": "tool_use", "template": "t"},
                           {"name": "default", "template": "b"}]}""");
    assertThat(template()).isEqualTo("b");
    Files.writeString(folder.resolve("chat_template.json"), "{\"chat_template\": \"c\"}");
    assertThat(template()).isEqualTo("c");
    Files.writeString(folder.resolve("chat_template.jinja"), "d");
    assertThat(template()).isEqualTo("d");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.tokenizerJson()).contains("{}".getBytes(UTF_8));
    }
  }

  @Test
  void aListOfTemplatesWithoutADefaultIsRefused() throws IOException {
    TinyCheckpoint.builder().write(folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"t\"}]}");
    assertThatThrownBy(() -> Checkpoints.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("tokenizer_config.json", "chat_template", "[rag]");
  }

  private String template() {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      return checkpoint
          .tokenizerConfig()
          .map(config -> config.path("chat_template").textValue())
          .orElse(null);
    }
  }

  private void config() {
    try {
      Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theServiceLoaderFindsBothFormats() {
    List<String> names =
        ServiceLoader.load(CheckpointFormat.class).stream()
            .map(provider -> provider.get().name())
            .toList();
    assertThat(names).containsExactlyInAnyOrder("safetensors", "gguf");
  }
}
