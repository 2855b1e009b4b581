package dev.winnow.models.torch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** Float32 tensors over memory that is ours: no copies, nothing but float32 ever reaches DJL. */
final class TorchTensors {
  private TorchTensors() {}

  /** Views {@code segment} as a tensor of {@code shape}; the memory must outlive it. */
  static PtNDArray view(PtNDManager manager, MemorySegment segment, long... shape) {
    return (PtNDArray)
        manager.create(
            segment.asByteBuffer().order(ByteOrder.nativeOrder()),
            new Shape(shape),
            DataType.FLOAT32);
  }

  /** A tensor argument that views {@code segment}. */
  static IValue argument(PtNDManager manager, MemorySegment segment, long... shape) {
    return IValue.from(view(manager, segment, shape));
  }

  /** A tensor holding {@code values}. */
  static PtNDArray of(PtNDManager manager, float[] values, long... shape) {
    return (PtNDArray) manager.create(values, new Shape(shape));
  }
}
