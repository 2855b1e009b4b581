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
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The garbage collector does not see libtorch's memory: what is not closed is lost. */
class NativeMemoryTest {
  private static final Optional<MemorySegment> MALLINFO =
      Linker.nativeLinker().defaultLookup().find("mallinfo2");
  private static final int ROUNDS = 12;

  @TempDir static Path folder;
  private static long floatBytes;

  @BeforeAll
  static void writeModelOfTwentyMegabytes() throws IOException {
    Assumptions.assumeTrue(MALLINFO.isPresent(), "needs the GNU C library's mallinfo2");
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
  void closingAModelGivesItsWeightsBack() {
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

  private static void assertFlat(Runnable action) {
    for (int i = 0; i < 3; i++) {
      action.run();
    }
    long before = nativeBytes();
    for (int i = 0; i < ROUNDS; i++) {
      action.run();
    }
    assertThat(nativeBytes() - before).isLessThan(ROUNDS * floatBytes / 20);
  }

  /** Bytes that were allocated and not freed since, whatever the allocator keeps for itself. */
  private static long nativeBytes() {
    MemoryLayout counters = MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);
    MemoryLayout struct = MemoryLayout.structLayout(counters.withName("mallinfo2"));
    MethodHandle mallinfo =
        Linker.nativeLinker().downcallHandle(MALLINFO.orElseThrow(), FunctionDescriptor.of(struct));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = (MemorySegment) mallinfo.invoke((SegmentAllocator) arena);
      long mapped = info.getAtIndex(ValueLayout.JAVA_LONG, 4); // hblkhd
      long inUse = info.getAtIndex(ValueLayout.JAVA_LONG, 7); // uordblks
      return mapped + inUse;
    } catch (Throwable e) { // the type of MethodHandle.invoke
      throw new IllegalStateException(e);
    }
  }
}
