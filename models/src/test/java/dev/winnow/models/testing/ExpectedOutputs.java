package dev.winnow.models.testing;

import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What another implementation computed for a golden folder.
 *
 * @param inputIds prompt of one full pass
 * @param logits {@code [inputIds, vocabulary]} of that pass
 * @param promptIds prompt of the greedy run
 * @param generatedIds what it continued with
 */
public record ExpectedOutputs(int[] inputIds, float[] logits, int[] promptIds, int[] generatedIds) {

  /** Reads {@code expected.safetensors} in {@code folder}. */
  public static ExpectedOutputs read(Path folder) {
    try (Checkpoint file = Checkpoints.open(folder.resolve("expected.safetensors"))) {
      return new ExpectedOutputs(
          ids(file, "input_ids"),
          floats(file, "logits"),
          ids(file, "prompt_ids"),
          ids(file, "generated_ids"));
    }
  }

  /** Largest less smallest logit. */
  public float range() {
    float smallest = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      smallest = Math.min(smallest, logit);
      largest = Math.max(largest, logit);
    }
    return largest - smallest;
  }

  private static float[] floats(Checkpoint file, String name) {
    TensorInfo info = file.tensors().get(name);
    float[] values = new float[Math.toIntExact(info.elements())];
    file.read(name, 0, info.rows(), MemorySegment.ofArray(values));
    return values;
  }

  /** Nothing for models that have no such run. */
  private static int[] ids(Checkpoint file, String name) {
    if (!file.tensors().containsKey(name)) {
      return new int[0];
    }
    float[] values = floats(file, name);
    int[] ids = new int[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) values[i];
    }
    return ids;
  }
}
