package dev.winnow.bench.diagnose;

import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Dense attention of one layer, computed beside a sparse plan of the same queries. */
final class DenseShadow implements AutoCloseable {
  private final PlanRequest request;
  private final AttentionPlan plan;
  private final Kernels kernels;
  private final int rows;
  private final int heads;
  private final int headDim;
  private final int firstKey;
  private final int keys;
  private final Buffer values;
  private final Buffer logSumExp;
  private final Buffer sparseLogSumExp;
  private final Buffer mass;

  DenseShadow(PlanRequest request, AttentionPlan plan, Kernels kernels) {
    this.request = request;
    this.plan = plan;
    this.kernels = kernels;
    rows = request.rows();
    heads = request.spec().heads();
    headDim = request.spec().headDim();
    KeyRows dense = request.dense().segments().getFirst().keys();
    keys = dense.count(0);
    firstKey = dense.row(0, 0);
    values = Buffer.allocate(DType.F32, (long) rows * heads * headDim);
    logSumExp = Buffer.allocate(DType.F32, (long) rows * heads);
    sparseLogSumExp = Buffer.allocate(DType.F32, (long) rows * heads);
    mass = Buffer.allocate(DType.F32, (long) heads * keys);
  }

  /** What the plan lost, given the output it led to. */
  LayerDiagnosis compare(HeadsView output, int position) {
    HeadsView view = HeadsView.dense(values, rows, heads, headDim);
    kernels.attend(plan, request.cache(), new AttentionOutput(view, sparseLogSumExp, null));
    kernels.attend(request.dense(), request.cache(), new AttentionOutput(view, logSumExp, mass));
    List<Integer> kept = new ArrayList<>();
    List<Double> recall = new ArrayList<>();
    List<Double> overlap = new ArrayList<>();
    List<Double> error = new ArrayList<>();
    List<Double> cosine = new ArrayList<>();
    List<Double> gap = new ArrayList<>();
    for (int head = 0; head < heads; head++) {
      int[] read = rowsOf(head);
      kept.add(read.length);
      recall.add(recall(head, read));
      overlap.add(overlap(head, read));
      double[] angle = compareOutputs(output, view, head);
      error.add(angle[0]);
      cosine.add(angle[1]);
      gap.add(gap(head));
    }
    return new LayerDiagnosis(
        position,
        request.phase(),
        request.layer(),
        rows,
        keys,
        kept,
        recall,
        overlap,
        error,
        cosine,
        gap);
  }

  /** Rows that a head reads, relative to the first that dense attention does, ascending. */
  private int[] rowsOf(int head) {
    return plan.segments().stream()
        .map(AttentionPlan.Segment::keys)
        .flatMapToInt(
            part -> {
              int lists = part instanceof KeyRows.Gathered gathered ? gathered.lists().length : 1;
              int list = head * lists / heads;
              return IntStream.range(0, part.count(list)).map(i -> part.row(list, i) - firstKey);
            })
        .filter(row -> row >= 0)
        .sorted()
        .toArray();
  }

  private double recall(int head, int[] read) {
    double sum = 0;
    for (int row : read) {
      sum += mass.getFloat((long) head * keys + row);
    }
    return Math.min(1, sum / rows);
  }

  private double overlap(int head, int[] read) {
    if (read.length == 0) {
      return 0;
    }
    int[] best = kernels.topK(mass, (long) head * keys, keys, read.length);
    long shared = Arrays.stream(best).filter(row -> Arrays.binarySearch(read, row) >= 0).count();
    return (double) shared / read.length;
  }

  /** Relative error and cosine of a head's output, means over the rows. */
  private double[] compareOutputs(HeadsView sparse, HeadsView dense, int head) {
    double error = 0;
    double cosine = 0;
    for (int row = 0; row < rows; row++) {
      double difference = 0;
      double sparseSquare = 0;
      double denseSquare = 0;
      double product = 0;
      for (int d = 0; d < headDim; d++) {
        double s = sparse.buffer().getFloat(sparse.index(row, head) + d);
        double t = dense.buffer().getFloat(dense.index(row, head) + d);
        difference += (s - t) * (s - t);
        sparseSquare += s * s;
        denseSquare += t * t;
        product += s * t;
      }
      boolean zero = denseSquare == 0;
      error += zero ? (sparseSquare == 0 ? 0 : 1) : Math.sqrt(difference / denseSquare);
      double norms = Math.sqrt(sparseSquare * denseSquare);
      cosine += norms == 0 ? (sparseSquare == denseSquare ? 1 : 0) : product / norms;
    }
    return new double[] {error / rows, cosine / rows};
  }

  private double gap(int head) {
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      long at = (long) row * heads + head;
      sum += logSumExp.getFloat(at) - sparseLogSumExp.getFloat(at);
    }
    return sum / rows;
  }

  @Override
  public void close() {
    values.close();
    logSumExp.close();
    sparseLogSumExp.close();
    mass.close();
  }
}
