package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.Scratch;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.KvMap;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The query that a step votes with, and the queries it then attends with.
 *
 * <p>A vote's query is the mean over the rows of the step. For compact positions row {@code r} is
 * rotated at {@code window + r} first and keys are not rotated at all: every key is judged as if it
 * stood that far back, wherever it is.
 */
final class Probe implements AutoCloseable {
  private final TokenSelectConfig config;
  private final Scratch queries = new Scratch();
  private final Scratch mean = new Scratch();
  private float[] values = {};
  private float[] row = {};

  Probe(TokenSelectConfig config) {
    this.config = config;
  }

  /** The query {@code [1, heads, headDim]} to vote with, heads in the order of the key heads. */
  HeadsView of(PlanRequest request) {
    boolean compact = config.positions() == Positions.COMPACT;
    HeadsView from = compact ? rotated(request, config.window()) : request.queries();
    average(from);
    int heads = from.heads();
    int width = from.headDim();
    Buffer target = mean.of(heads * width);
    int kvHeads = request.spec().kvHeads();
    for (int head = 0; head < heads; head++) {
      int to = config.kvMap() == KvMap.GROUPED ? head : published(head, heads, kvHeads);
      MemorySegment.copy(
          values,
          head * width,
          target.segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          (long) to * width * Float.BYTES,
          width);
    }
    return HeadsView.dense(target, 1, heads, width);
  }

  /** Where {@code head} must stand to meet key head {@code head % kvHeads}. */
  private static int published(int head, int heads, int kvHeads) {
    return head % kvHeads * (heads / kvHeads) + head / kvHeads;
  }

  /**
   * The query of the last call of {@link #of}, heads in their own order; overwritten by the next.
   */
  float[] values() {
    return values;
  }

  /** A copy of the un-rotated queries, row {@code r} at {@code first + r}; until the next call. */
  HeadsView rotated(PlanRequest request, int first) {
    HeadsView from = request.unrotatedQueries();
    int width = from.heads() * from.headDim();
    Buffer buffer = queries.of((long) from.rows() * width);
    HeadsView copy = HeadsView.dense(buffer, from.rows(), from.heads(), from.headDim());
    for (int r = 0; r < from.rows(); r++) {
      MemorySegment.copy(
          from.buffer().segment(),
          from.index(r, 0) * Float.BYTES,
          buffer.segment(),
          copy.index(r, 0) * Float.BYTES,
          (long) width * Float.BYTES);
    }
    request.kernels().rotate(copy, request.spec().rotary(), first);
    return copy;
  }

  private void average(HeadsView from) {
    int width = from.heads() * from.headDim();
    if (values.length != width) {
      values = new float[width];
      row = new float[width];
    }
    Arrays.fill(values, 0);
    for (int r = 0; r < from.rows(); r++) {
      MemorySegment.copy(
          from.buffer().segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          from.index(r, 0) * Float.BYTES,
          row,
          0,
          width);
      for (int i = 0; i < width; i++) {
        values[i] += row[i];
      }
    }
    for (int i = 0; i < width; i++) {
      values[i] /= from.rows();
    }
  }

  long bytes() {
    return queries.bytes() + mean.bytes();
  }

  @Override
  public void close() {
    queries.close();
    mean.close();
  }
}
