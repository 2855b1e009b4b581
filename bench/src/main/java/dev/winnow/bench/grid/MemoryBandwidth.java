package dev.winnow.bench.grid;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures how fast memory can be read: what bounds decoding, which reads all weights per token.
 */
public final class MemoryBandwidth {
  /** Far larger than any last-level cache of the machines this runs on. */
  private static final long BYTES = 512L << 20;

  private static final int PASSES = 7;
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;

  private MemoryBandwidth() {}

  /**
   * Bytes per second that {@code threads} threads read together from a buffer of 512 MiB, the best
   * of several passes.
   *
   * @throws InterruptedException if interrupted
   */
  public static double measure(int threads) throws InterruptedException {
    try (Buffer buffer = Buffer.allocate(DType.I32, BYTES / Integer.BYTES);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      // Pages that were never written all show the same zeros.
      buffer.segment().fill((byte) 1);
      long best = Long.MAX_VALUE;
      for (int pass = 0; pass < PASSES; pass++) {
        best = Math.min(best, pass(buffer.segment(), threads, pool));
      }
      return BYTES * 1e9 / best;
    }
  }

  private static long pass(MemorySegment all, int threads, ExecutorService pool)
      throws InterruptedException {
    long start = System.nanoTime();
    List<Future<Long>> sums = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      long from = BYTES / threads * thread;
      sums.add(pool.submit(() -> sum(all.asSlice(from, BYTES / threads))));
    }
    long total = 0;
    for (Future<Long> sum : sums) {
      try {
        total += sum.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    long nanos = System.nanoTime() - start;
    if (total == 0) {
      throw new IllegalStateException("the buffer was not read");
    }
    return nanos;
  }

  private static long sum(MemorySegment part) {
    int bytes = SPECIES.vectorByteSize();
    LongVector a = LongVector.zero(SPECIES);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    for (long at = 0; at + 4L * bytes <= part.byteSize(); at += 4L * bytes) {
      a = a.add(load(part, at));
      b = b.add(load(part, at + bytes));
      c = c.add(load(part, at + 2L * bytes));
      d = d.add(load(part, at + 3L * bytes));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static LongVector load(MemorySegment part, long at) {
    return LongVector.fromMemorySegment(SPECIES, part, at, ByteOrder.nativeOrder());
  }
}
