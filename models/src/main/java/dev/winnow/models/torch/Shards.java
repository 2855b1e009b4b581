package dev.winnow.models.torch;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;

/**
 * A TorchScript list, whole or one element at a time: the shards of a matrix, or the columns of a
 * tensor that they write to.
 */
record Shards(IValue all, IValue[] single) implements AutoCloseable {
  /** Stands for all shards. */
  static final int ALL = -1;

  /** Splits {@code list} of {@code count} elements with the program's {@code method}. */
  static Shards of(TorchProgram program, String method, IValue list, int count) {
    IValue[] single = new IValue[count];
    for (int i = 0; i < count; i++) {
      try (IValue index = IValue.from((long) i)) {
        single[i] = program.call(method, list, index);
      }
    }
    return new Shards(list, single);
  }

  /** The same list for whichever shard: for arguments that are not sharded. */
  static Shards same(IValue list, int count) {
    IValue[] single = new IValue[count];
    Arrays.fill(single, list);
    return new Shards(list, single);
  }

  /** Closed with {@code manager}, which knows nothing of arguments otherwise. */
  Shards ownedBy(PtNDManager manager) {
    manager.attachInternal(NDManager.nextUid(), this);
    return this;
  }

  /** How many. */
  int count() {
    return single.length;
  }

  /** The list with shard {@code index} alone, or with {@link #ALL}. */
  IValue at(int index) {
    return index == ALL ? all : single[index];
  }

  @Override
  public void close() {
    for (IValue value : single) {
      if (value != all) {
        value.close();
      }
    }
    all.close();
  }
}
