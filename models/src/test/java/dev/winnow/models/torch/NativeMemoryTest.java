package dev.winnow.models.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.CausalLms;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The garbage collector does not see libtorch's memory: what is not closed is lost. */
class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int ROUNDS = 24;

  @TempDir static Path folder;
  private static long floatBytes;

  @BeforeAll
  static void writeModelOfTwentyMegabytes() throws IOException {
    Assumptions.assumeTrue(Files.isReadable(STATUS), "needs Linux's " + STATUS);
    TinyCheckpoint model =
        TinyCheckpoint.builder().hiddenSize(512).heads(8, 8, 64).intermediateSize(1024).build();
    model.write(folder.resolve("good"));
    // The same with a weight that is not a number in the last matrix: most is loaded by then.
    Path bad = Files.createDirectories(folder.resolve("bad"));
    Files.writeString(bad.resolve("config.json"), model.config().toString());
    SafetensorsWriter writer = new SafetensorsWriter();
    model
        .weights()
        .forEach(
            (name, weight) -> {
              float[] values = weight.values().clone();
              values[0] = name.equals("model.norm.weight") ? Float.NaN : values[0];
              writer.tensor(name, "F32", weight.shape(), values);
              floatBytes += 4L * values.length;
            });
    writer.write(bad.resolve("model.safetensors"));
  }

  @Test
  void closingAModelGivesItsWeightsBack() throws IOException {
    assertFlat(
        () -> {
          try (WorkerPool pool = new WorkerPool(2)) {
            CausalLms.load(Checkpoints.open(folder.resolve("good")), WeightFormat.F32, pool)
                .close();
          }
        });
  }

  @Test
  void aLoadThatFailsGivesBackWhatItHadLoaded() throws IOException {
    assertFlat(
        () -> {
          try (WorkerPool pool = new WorkerPool(2);
              Checkpoint checkpoint = Checkpoints.open(folder.resolve("bad"))) {
            assertThatThrownBy(() -> CausalLms.load(checkpoint, WeightFormat.F32, pool))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.norm.weight holds NaN");
          }
        });
  }

  /** Allocators keep some of what is freed, but not again and again. */
  private static void assertFlat(Runnable action) throws IOException {
    for (int i = 0; i < 3; i++) {
      action.run();
    }
    long before = nativeBytes();
    for (int i = 0; i < ROUNDS; i++) {
      action.run();
    }
    assertThat(nativeBytes() - before).isLessThan(ROUNDS * floatBytes / 2);
  }

  /** Memory in use that is neither a mapped file nor the Java heap. */
  private static long nativeBytes() throws IOException {
    System.gc();
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("RssAnon:")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""))
            - Runtime.getRuntime().totalMemory();
      }
    }
    throw new IllegalStateException("no RssAnon in " + STATUS);
  }
}
