package dev.winnow.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Reproducible test data; owns the memory it makes. */
public final class Samples implements AutoCloseable {
  private final Random random;
  private final List<AutoCloseable> owned = new ArrayList<>();

  public Samples(long seed) {
    random = new Random(seed);
  }

  public Random random() {
    return random;
  }

  /** Normally distributed heads, inside rows that are 5 elements wider and start at element 3. */
  public HeadsView heads(int rows, int heads, int headDim) {
    int stride = heads * headDim + 5;
    Buffer buffer = own(Buffer.allocate(DType.F32, 3 + (long) rows * stride));
    for (long i = 0; i < buffer.elements(); i++) {
      ReferenceKernels.store(buffer, i, (float) random.nextGaussian());
    }
    return new HeadsView(buffer, 3, rows, heads, headDim, stride);
  }

  /** A copy of {@code view} in memory of its own. */
  public HeadsView copy(HeadsView view) {
    Buffer buffer = own(Buffer.allocate(DType.F32, view.buffer().elements()));
    buffer.segment().copyFrom(view.buffer().segment());
    return new HeadsView(
        buffer, view.offset(), view.rows(), view.heads(), view.headDim(), view.rowStride());
  }

  /** Zeroed floats. */
  public Buffer floats(long elements) {
    return own(Buffer.allocate(DType.F32, elements));
  }

  /** A cache with {@code length} random rows. */
  public KvPages cache(int kvHeads, int headDim, DType dtype, int length) {
    KvPages cache = emptyCache(kvHeads, headDim, dtype, length);
    try (ReferenceKernels reference = new ReferenceKernels()) {
      reference.appendKv(heads(length, kvHeads, headDim), heads(length, kvHeads, headDim), cache);
    }
    return cache;
  }

  /** A cache without rows that has room for {@code capacity}. */
  public KvPages emptyCache(int kvHeads, int headDim, DType dtype, int capacity) {
    KvPages cache = new KvPages(kvHeads, headDim, dtype);
    while (cache.capacity() < capacity) {
      cache.addPage(own(cache.allocatePage()));
    }
    return cache;
  }

  /** Each row below {@code length} with the given probability, ascending. */
  public int[] rows(int length, double probability) {
    return IntStream.range(0, length).filter(i -> random.nextDouble() < probability).toArray();
  }

  /** Closes {@code resource} in the end. */
  public <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  @Override
  public void close() {
    for (AutoCloseable resource : owned) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
