package dev.winnow.models.torch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedTensorsTest {
  private static final String DOWN = "model.layers.1.mlp.down_proj.weight";

  @TempDir Path folder;

  @Test
  void wholeNumbersAreNotTakenForWeights() throws Exception {
    TinyCheckpoint tiny = TinyCheckpoint.builder().build();
    SafetensorsWriter writer = new SafetensorsWriter();
    tiny.weights()
        .forEach(
            (name, weight) -> {
              if (name.equals(DOWN)) {
                writer.tensor(name, "I8", weight.shape(), weight.values());
              } else {
                writer.tensor(name, "F32", weight.shape(), weight.values());
              }
            });
    Files.writeString(folder.resolve("config.json"), tiny.config().toString());
    writer.write(folder.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      ExpectedTensors expected =
          ExpectedTensors.of(Architectures.spec(checkpoint.config(), "config.json"));
      assertThatThrownBy(() -> expected.check(checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("Whole numbers, not weights (1): " + DOWN + " is I8");
    }
  }
}
