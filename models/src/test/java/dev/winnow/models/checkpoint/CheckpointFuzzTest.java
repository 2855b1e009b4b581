package dev.winnow.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.GgufQuantiser;
import dev.winnow.models.testing.GgufWriter;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import dev.winnow.models.testing.TinyGguf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutates sound files: each must open and read whole, or be refused as a damaged checkpoint. */
class CheckpointFuzzTest {
  private static final int CASES = 1500;
  private static final byte[] TELLING = {0, 1, -1, 127, -128, '"', '{', ']', ',', '9', '-'};

  @TempDir Path folder;

  @Test
  void mutatedSafetensorsOpenWholeOrAreRefused() throws IOException {
    byte[] sound =
        new SafetensorsWriter()
            .tensor("a", "F32", new long[] {2, 3}, new float[6])
            .tensor("b", "BF16", new long[] {4}, new float[4])
            .tensor("c", "U8", new long[] {0}, new float[0])
            .toBytes();
    Files.writeString(folder.resolve("config.json"), "{}");
    fuzz(sound, folder.resolve("model.safetensors"), folder, 260);
  }

  @Test
  void mutatedIndexesOpenWholeOrAreRefused() throws IOException {
    TinyCheckpoint.builder().layers(1).shards(2).write(folder);
    Path index = folder.resolve("model.safetensors.index.json");
    byte[] sound = Files.readAllBytes(index);
    fuzz(sound, index, folder, sound.length);
  }

  @Test
  void mutatedGgufFilesOpenWholeOrAreRefused() throws IOException {
    TinyCheckpoint tiny = TinyCheckpoint.builder().layers(1).vocabSize(2).build();
    GgufWriter writer =
        TinyGguf.of(tiny, GgufQuantiser.Q8_0)
            .put("tokenizer.ggml.tokens", List.of("a", "b"))
            .put("tokenizer.ggml.scores", new float[] {1, 2})
            .put("tokenizer.ggml.token_type", new int[] {1, 3})
            .put("some.flag", true)
            .put("some.long", 5L);
    byte[] sound = writer.toBytes();
    String text = new String(sound, StandardCharsets.ISO_8859_1);
    int header = text.indexOf("output_norm.weight") + 60;
    Path file = folder.resolve("model.gguf");
    fuzz(sound, file, file, header);
  }

  private void fuzz(byte[] sound, Path file, Path opened, int header) throws IOException {
    Random random = new Random(11);
    int accepted = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] mutated = mutate(sound, header, random);
      Files.write(file, mutated);
      try (Checkpoint checkpoint = Checkpoints.open(opened)) {
        Tensors.readAll(checkpoint);
        CheckpointFingerprint.of(checkpoint);
        accepted++;
      } catch (CheckpointException e) {
        assertThat(e.getMessage()).contains(folder.toString());
      }
    }
    // Otherwise the mutations would be too rough to reach the later checks.
    assertThat(accepted).isBetween(CASES / 100, CASES * 99 / 100);
  }

  /** One to three changes, within the header rather than in the weights. */
  private static byte[] mutate(byte[] sound, int header, Random random) {
    byte[] bytes = sound.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(Math.min(header, bytes.length));
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] = TELLING[random.nextInt(TELLING.length)];
        case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 3 -> {
          int from = random.nextInt(Math.min(header, bytes.length));
          int length = Math.min(random.nextInt(12), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
        default -> {
          if (random.nextInt(8) == 0) {
            bytes = Arrays.copyOf(bytes, Math.max(1, random.nextInt(bytes.length)));
          }
        }
      }
    }
    return bytes;
  }
}
