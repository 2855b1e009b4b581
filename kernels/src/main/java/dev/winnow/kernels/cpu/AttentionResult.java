package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Merges partial results by log-sum-exp and writes the output. */
final class AttentionResult {
  private final AttentionGeometry geometry;
  private final AttentionOutput output;

  AttentionResult(AttentionGeometry geometry, AttentionOutput output) {
    this.geometry = geometry;
    this.output = output;
  }

  /**
   * Writes a tile from its {@code count} parts, found from index {@code first} of {@code parts}.
   */
  void write(int reader, int tile, Partial[] parts, int first, int count) {
    int headDim = geometry.headDim;
    int queries = geometry.tileRowCount(tile) * geometry.group;
    float[] values = new float[headDim];
    for (int j = 0; j < queries; j++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int i = first; i < first + count; i++) {
        max = Math.max(max, parts[i].max[j]);
      }
      float base = VectorMath.finiteMax(max);
      Arrays.fill(values, 0f);
      float sum = 0;
      for (int i = first; i < first + count; i++) {
        Partial part = parts[i];
        float factor = count == 1 ? 1f : (float) Math.exp((part.max[j] - base) * VectorMath.LN2);
        sum += part.sums[j] * factor;
        for (int d = 0; d < headDim; d++) {
          values[d] += part.values[j * headDim + d] * factor;
        }
      }
      // All scores -inf, or no key seen: zero weights, so zeros.
      float inverse = sum == 0 ? 0f : 1 / sum;
      for (int d = 0; d < headDim; d++) {
        values[d] *= inverse;
      }
      int row = geometry.tileFirstRow(tile) + j / geometry.group;
      int head = reader * geometry.group + j % geometry.group;
      put(
          row,
          head,
          values,
          sum == 0 ? Double.NEGATIVE_INFINITY : base * VectorMath.LN2 + Math.log(sum));
    }
  }

  private void put(int row, int head, float[] values, double logSumExp) {
    HeadsView target = output.values();
    MemorySegment.copy(
        values,
        0,
        target.buffer().segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        4 * target.index(row, head),
        geometry.headDim);
    if (output.logSumExp() != null) {
      setFloat(output.logSumExp(), (long) row * geometry.heads + head, (float) logSumExp);
    }
  }

  /** Log-sum-exp of every query of a tile in units of log 2, as {@link #addMass} wants it. */
  float[] logSums2(int queries, Partial[] parts, int first, int count) {
    float[] logs = new float[queries];
    for (int j = 0; j < queries; j++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = first; i < first + count; i++) {
        max = Math.max(max, parts[i].max[j]);
      }
      double base = max == Double.NEGATIVE_INFINITY ? 0 : max;
      double sum = 0;
      for (int i = first; i < first + count; i++) {
        sum += parts[i].sums[j] * Math.exp((parts[i].max[j] - base) * VectorMath.LN2);
      }
      logs[j] = (float) (base + Math.log(sum) / VectorMath.LN2);
    }
    return logs;
  }

  /**
   * Adds a tile's probabilities to the mass of its keys.
   *
   * @param saved scores {@code [tile keys, queries]} in units of log 2, -inf where hidden;
   *     overwritten
   */
  void addMass(int reader, int tile, float[] saved, float[] logSums2) {
    toProbabilities(saved, logSums2);
    int queries = logSums2.length;
    int keys = geometry.plan.mostKeys(geometry.heads);
    int at = 0;
    int segmentStart = 0;
    double[] mass = new double[geometry.group];
    for (int s = 0; s < geometry.segments(); s++) {
      int from = geometry.tileFrom(s, reader, tile);
      int to = geometry.tileTo(s, reader, tile);
      for (int key = from; key < to; key++, at += queries) {
        Arrays.fill(mass, 0);
        for (int j = 0; j < queries; j++) {
          mass[j % geometry.group] += saved[at + j];
        }
        for (int g = 0; g < geometry.group; g++) {
          long index = (long) (reader * geometry.group + g) * keys + segmentStart + key;
          float before = output.mass().getFloat(index);
          setFloat(output.mass(), index, (float) (before + mass[g]));
        }
      }
      segmentStart += geometry.keys(s).count(geometry.list(s, reader));
    }
  }

  /** Turns scores {@code [tile keys, queries]} into probabilities. */
  private static void toProbabilities(float[] scores, float[] logSums2) {
    // The logarithms repeated until they fill whole vectors.
    float[] logs = new float[logSums2.length * Lanes.N];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = VectorMath.finiteMax(logSums2[i % logSums2.length]);
    }
    int at = 0;
    int log = 0;
    for (; at <= scores.length - Lanes.N; at += Lanes.N) {
      FloatVector score = FloatVector.fromArray(Lanes.FLOATS, scores, at);
      // A hidden key gets nothing from a query whose sum is not a number either.
      VectorMath.exp2(score.sub(FloatVector.fromArray(Lanes.FLOATS, logs, log)))
          .blend(0f, score.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY))
          .intoArray(scores, at);
      log = log + Lanes.N == logs.length ? 0 : log + Lanes.N;
    }
    for (; at < scores.length; at++, log++) {
      boolean hidden = scores[at] == Float.NEGATIVE_INFINITY;
      scores[at] = hidden ? 0f : (float) Math.exp((scores[at] - logs[log]) * VectorMath.LN2);
    }
  }

  private static void setFloat(Buffer buffer, long index, float value) {
    buffer.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * index, value);
  }
}
