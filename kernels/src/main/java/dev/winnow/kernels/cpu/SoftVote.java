package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One call of softVote, in two passes over the scores: first the maximum and the sum of each head,
 * then the votes, for which each exponential is taken again rather than stored.
 */
final class SoftVote {
  private static final int CHUNK = 4096;
  private static final long MIN_PARALLEL_WORK = 50_000;

  private final MemorySegment scores;
  private final int heads;
  private final int groups;
  private final int count;
  private final MemorySegment votes;
  private final int chunks;
  private final float[] maxima; // [heads, chunks]
  private final double[] sums; // [heads, chunks], relative to the chunk's maximum

  SoftVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    this.scores = scores.segment();
    this.heads = heads;
    this.groups = groups;
    this.count = count;
    this.votes = votes.segment();
    chunks = (count + CHUNK - 1) / CHUNK;
    maxima = new float[Math.multiplyExact(heads, chunks)];
    sums = new double[maxima.length];
  }

  void run(WorkerPool pool) {
    run(pool, heads * chunks, (index, worker) -> sum(index / chunks, index % chunks));
    float[] base = new float[heads];
    float[] factor = new float[heads];
    for (int h = 0; h < heads; h++) {
      merge(h, base, factor);
    }
    run(
        pool,
        groups * chunks,
        (index, worker) -> vote(index / chunks, index % chunks, base, factor));
  }

  private void run(WorkerPool pool, int tasks, WorkerPool.Task task) {
    if ((long) heads * count < MIN_PARALLEL_WORK) {
      pool.runHere(tasks, task);
    } else {
      pool.run(tasks, task);
    }
  }

  private void sum(int head, int chunk) {
    float[] s = load(head, chunk);
    FloatVector top = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < s.length; i += Lanes.N) {
      top = VectorMath.max(top, FloatVector.fromArray(Lanes.FLOATS, s, i));
    }
    float max = top.reduceLanes(VectorOperators.MAX);
    float base = VectorMath.finiteMax(max);
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < s.length; i += Lanes.N) {
      sum = sum.add(weight(s, i, base));
    }
    maxima[head * chunks + chunk] = max;
    sums[head * chunks + chunk] = sum.reduceLanes(VectorOperators.ADD);
  }

  private void merge(int head, float[] base, float[] factor) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = head * chunks; i < (head + 1) * chunks; i++) {
      max = Math.max(max, maxima[i]);
    }
    base[head] = VectorMath.finiteMax(max);
    double sum = 0;
    for (int i = head * chunks; i < (head + 1) * chunks; i++) {
      // A chunk of nothing but -inf or NaN has a sum of 0 or NaN, relative to 0.
      double decay = maxima[i] == max ? 1 : Math.exp((double) maxima[i] - base[head]);
      sum += sums[i] == 0 || Double.isNaN(sums[i]) ? sums[i] : sums[i] * decay;
    }
    factor[head] = sum == 0 ? 0f : (float) (1 / sum);
  }

  private void vote(int g, int chunk, float[] base, float[] factor) {
    int group = heads / groups;
    float[] total = null;
    for (int h = g * group; h < (g + 1) * group; h++) {
      float[] s = load(h, chunk);
      if (total == null) {
        total = new float[s.length];
      }
      FloatVector f = FloatVector.broadcast(Lanes.FLOATS, factor[h]);
      for (int i = 0; i < s.length; i += Lanes.N) {
        weight(s, i, base[h])
            .fma(f, FloatVector.fromArray(Lanes.FLOATS, total, i))
            .intoArray(total, i);
      }
    }
    long at = (long) g * count + (long) chunk * CHUNK;
    MemorySegment.copy(total, 0, votes, ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, length(chunk));
  }

  private static FloatVector weight(float[] s, int i, float base) {
    return VectorMath.exp2(
        FloatVector.fromArray(Lanes.FLOATS, s, i).sub(base).mul(VectorMath.LOG2_E));
  }

  private int length(int chunk) {
    return Math.min(CHUNK, count - chunk * CHUNK);
  }

  /** A chunk in whole vectors, filled up with -inf. */
  private float[] load(int head, int chunk) {
    int length = length(chunk);
    float[] s = new float[Lanes.roundUp(length)];
    Arrays.fill(s, length, s.length, Float.NEGATIVE_INFINITY);
    long at = (long) head * count + (long) chunk * CHUNK;
    MemorySegment.copy(scores, ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, s, 0, length);
    return s;
  }
}
