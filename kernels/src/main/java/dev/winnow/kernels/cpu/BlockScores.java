package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.SelectionCost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** One call of blockScores: cosines of a probe with rows, each read once. */
final class BlockScores {
  private static final int ROWS_PER_TASK = 32;
  private static final long MIN_PARALLEL_WORK = 500_000;

  // Sums of squares outside of this range may have lost digits to underflow, or overflowed.
  private static final float LEAST_SQUARES = 0x1p-90f;
  private static final float MOST_SQUARES = 0x1p120f;

  private final KeyStore rows;
  private final int from;
  private final int to;
  private final Buffer scores;
  private final int width;
  private final float[] probe; // [stride]
  private final double probeNorm;
  private final LongAdder scored = new LongAdder();

  BlockScores(HeadsView probe, KeyStore rows, int from, int to, Buffer scores) {
    this.rows = rows;
    this.from = from;
    this.to = to;
    this.scores = scores;
    width = rows.headDim();
    this.probe = new float[Lanes.roundUp(width)];
    MemorySegment.copy(
        probe.buffer().segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        4 * probe.index(0, 0),
        this.probe,
        0,
        width);
    probeNorm = Math.sqrt(exact(this.probe, this.probe));
  }

  SelectionCost run(WorkerPool pool) {
    int tasks = (to - from + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
    WorkerPool.Task task =
        (index, worker) -> {
          int begin = from + index * ROWS_PER_TASK;
          score(begin, Math.min(to, begin + ROWS_PER_TASK));
        };
    if ((long) (to - from) * width < MIN_PARALLEL_WORK) {
      pool.runHere(tasks, task);
    } else {
      pool.run(tasks, task);
    }
    long count = scored.sum();
    return new SelectionCost(4 * count * width + 2L * width, count * width * rows.dtype().bytes());
  }

  private void score(int begin, int end) {
    float[] row = new float[probe.length];
    for (int i = begin; i < end; i++) {
      HalfFloats.widen(
          rows.dtype(),
          rows.keys(i / KeyStore.PAGE_TOKENS).segment(),
          rows.index(0, i) * rows.dtype().bytes(),
          row,
          0,
          width);
      scores.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (i - from), (float) cosine(row));
    }
    scored.add(end - begin);
  }

  private double cosine(float[] row) {
    FloatVector dots = FloatVector.zero(Lanes.FLOATS);
    FloatVector squares = FloatVector.zero(Lanes.FLOATS);
    for (int d = 0; d < row.length; d += Lanes.N) {
      FloatVector r = FloatVector.fromArray(Lanes.FLOATS, row, d);
      dots = r.fma(FloatVector.fromArray(Lanes.FLOATS, probe, d), dots);
      squares = r.fma(r, squares);
    }
    double dot = dots.reduceLanes(VectorOperators.ADD);
    double norm = squares.reduceLanes(VectorOperators.ADD);
    if (!(norm > LEAST_SQUARES && norm < MOST_SQUARES && Math.abs(dot) < MOST_SQUARES)) {
      dot = exact(row, probe);
      norm = exact(row, row);
    }
    double norms = Math.sqrt(norm) * probeNorm;
    return norms == 0 ? 0 : dot / norms;
  }

  private static double exact(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
