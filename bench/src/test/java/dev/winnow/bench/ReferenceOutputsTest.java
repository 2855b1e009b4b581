package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceOutputsTest {
  @TempDir private Path folder;

  private Path write(SafetensorsWriter writer) throws IOException {
    Path file = folder.resolve(ReferenceOutputs.FILE_NAME);
    writer.write(file);
    return file;
  }

  @Test
  void mayHoldTheWideIdsThatTorchHasByDefault() throws IOException {
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .tensor("input_ids", "I64", new long[] {2}, 3, 1)
            .tensor("prompt_ids", "I64", new long[] {1}, 1)
            .tensor("generated_ids", "I64", new long[] {1}, 2)
            .tensor("logits", "BF16", new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
    try (ReferenceOutputs outputs = ReferenceOutputs.open(write(writer))) {
      assertThat(outputs.inputIds()).containsExactly(3, 1);
    }
  }

  private static SafetensorsWriter ids(float... inputIds) {
    return new SafetensorsWriter()
        .tensor("input_ids", "I32", new long[] {inputIds.length}, inputIds)
        .tensor("prompt_ids", "I32", new long[] {1}, 1)
        .tensor("generated_ids", "I32", new long[] {2}, 4, 5);
  }

  @Test
  void areReadRowByRow() throws IOException {
    Path file = write(ids(3, 1).tensor("logits", "F32", new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    try (ReferenceOutputs outputs = ReferenceOutputs.open(file)) {
      float[] row = new float[3];
      outputs.logits(1, row);
      assertThat(row).containsExactly(4, 5, 6);
      assertThat(outputs.inputIds()).containsExactly(3, 1);
      assertThat(outputs.promptIds()).containsExactly(1);
      assertThat(outputs.generatedIds()).containsExactly(4, 5);
      assertThat(outputs.vocabSize()).isEqualTo(3);
    }
  }

  @Test
  void mustBeThere() {
    assertThatThrownBy(() -> ReferenceOutputs.open(folder.resolve("absent.safetensors")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("There is no")
        .hasMessageContaining("--expected");
  }

  @Test
  void mustHoldEveryTensor() throws IOException {
    Path file = write(ids(3, 1));
    assertThatThrownBy(() -> ReferenceOutputs.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor logits is missing");
  }

  @Test
  void mustHaveARowOfLogitsPerToken() throws IOException {
    Path file = write(ids(3, 1).tensor("logits", "F32", new long[] {1, 3}, 1, 2, 3));
    assertThatThrownBy(() -> ReferenceOutputs.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("logits has shape [1, 3]; it must be [2, vocabulary]");
  }

  @Test
  void mustHoldTokenIds() throws IOException {
    Path file = write(ids(-1).tensor("logits", "F32", new long[] {1, 3}, 1, 2, 3));
    assertThatThrownBy(() -> ReferenceOutputs.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("input_ids[0] is -1.0");
  }

  @Test
  void mustBeOfTheModelsVocabulary() throws IOException {
    Path file = write(ids(3).tensor("logits", "F32", new long[] {1, 3}, 1, 2, 3));
    Path checkpoint = TinyCheckpoint.builder().write(folder.resolve("model"));
    ModelOptions options = ModelOptions.defaults();
    try (ReferenceOutputs outputs = ReferenceOutputs.open(file);
        LanguageModel model = LanguageModel.load(checkpoint, options)) {
      assertThatThrownBy(() -> Verification.run(model, outputs, options))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("logits has 3 columns, but the model's vocabulary is 64");
    }
  }
}
