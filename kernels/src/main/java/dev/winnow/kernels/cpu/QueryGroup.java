package dev.winnow.kernels.cpu;

import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.VectorShuffle;

/** The queries that meet one key head, laid out for the products that the stored type allows. */
final class QueryGroup {
  final int queries;
  final int headDim;
  final int stride;

  /** {@code [queries, stride]}, zeros behind the last element of each row. */
  final float[] q;

  /** Whether keys are stored by dimension, for {@link ColumnProducts}. */
  final boolean byDimension;

  /** How keys are multiplied as they are stored; null if they have to be widened. */
  final PackedFormat format;

  /** Puts the scores of {@link NarrowProducts} in order; null for other products. */
  final VectorShuffle<Float> narrowOrder;

  /** The queries as the products want them; null if keys have to be widened. */
  final float[] packed;

  QueryGroup(HeadsView source, int firstHead, int queries, KeyStore keys) {
    this.queries = queries;
    headDim = source.headDim();
    stride = Lanes.roundUp(headDim);
    q = new float[queries * stride];
    for (int j = 0; j < queries; j++) {
      MemorySegment.copy(
          source.buffer().segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          4 * source.index(0, firstHead + j),
          q,
          j * stride,
          headDim);
    }
    byDimension = keys.dimStride() != 1;
    PackedFormat narrow = byDimension ? null : NarrowProducts.formatOf(keys.dtype(), headDim);
    PackedFormat possible = narrow != null ? narrow : formatOf(keys);
    if (possible == null || !VectorMath.allBelow(possible.limit(), q, q.length)) {
      format = null;
      narrowOrder = null;
      packed = null;
      return;
    }
    format = possible;
    narrowOrder = narrow == null ? null : NarrowProducts.order(headDim / 2);
    if (byDimension) {
      packed = ColumnProducts.spread(q, queries, stride, headDim, format.scale());
    } else {
      packed = narrow == null ? wide() : narrow();
    }
  }

  private static PackedFormat formatOf(KeyStore keys) {
    return keys.dimStride() == 1
        ? PackedFormat.of(keys.dtype(), keys.headDim())
        : ColumnProducts.formatOf(keys.dtype());
  }

  private float[] wide() {
    float[] split = new float[q.length];
    for (int j = 0; j < queries; j++) {
      PackedFormat.split(q, j * stride, split, j * stride, headDim);
    }
    VectorMath.scale(split, 0, split.length, format.scale());
    return split;
  }

  private float[] narrow() {
    float[] split = new float[queries * 2 * Lanes.N];
    for (int j = 0; j < queries; j++) {
      NarrowProducts.split(q, j * stride, split, j * 2 * Lanes.N, headDim / 2, format.scale());
    }
    return split;
  }
}
