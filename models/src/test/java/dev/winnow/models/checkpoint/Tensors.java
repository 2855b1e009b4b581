package dev.winnow.models.checkpoint;

import java.lang.foreign.MemorySegment;

/** Reads whole tensors in tests. */
final class Tensors {
  private Tensors() {}

  static float[] read(Checkpoint checkpoint, String name) {
    TensorInfo info = checkpoint.tensors().get(name);
    float[] values = new float[Math.toIntExact(info.elements())];
    checkpoint.read(name, 0, info.rows(), MemorySegment.ofArray(values));
    return values;
  }

  static void readAll(Checkpoint checkpoint) {
    checkpoint.tensors().keySet().forEach(name -> read(checkpoint, name));
  }
}
