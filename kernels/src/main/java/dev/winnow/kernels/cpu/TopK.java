package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The indices of the k largest of many scores: floats become ints of the same order, one pass
 * collects those above a pivot out of a sample, and the k-th largest of these few is found by
 * halving an interval.
 *
 * <p>A pivot below which too few are left, as many equal scores or an unlucky sample cause, is
 * followed by one below which all are.
 */
final class TopK {
  private static final int SAMPLE = 256;
  private static final IntVector INDICES = IntVector.zero(Lanes.INTS).addIndex(1);

  private final int[] sample = new int[SAMPLE + Lanes.N];
  private int[] ordered = new int[0];
  private int[] keys = new int[0]; // candidates
  private int[] places = new int[0]; // where they stood
  private int found;

  /** See {@link dev.winnow.kernels.Kernels#topK(Buffer, long, int, int)}; arguments checked. */
  int[] select(Buffer scores, long offset, int count, int wanted) {
    if (wanted > 0 && wanted < count) {
      load(scores.segment(), offset, count);
    }
    return select(ordered, 0, count, wanted, 0);
  }

  /**
   * Indices, counted from {@code firstIndex} on, of the {@code wanted} largest of {@code count}
   * ints, of equal ones the lower.
   *
   * @param source read from {@code at} on
   */
  int[] select(int[] source, int at, int count, int wanted, int firstIndex) {
    if (wanted >= count || wanted == 0) {
      return first(Math.min(wanted, count), firstIndex);
    }
    gather(source, at, count, pivot(source, at, count, wanted));
    if (found < wanted) {
      gather(source, at, count, Integer.MIN_VALUE);
    }
    int[] best = collect(wanted, kthLargest(keys, found, wanted));
    for (int i = 0; i < wanted; i++) {
      best[i] += firstIndex;
    }
    return best;
  }

  /** The first {@code count} indices. */
  static int[] first(int count, int firstIndex) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> firstIndex + i);
    return all;
  }

  /** Floats as ints of the same order: NaN lowest, both zeros alike. */
  static IntVector order(FloatVector x) {
    FloatVector positive = x.add(0f); // -0 becomes 0
    IntVector bits = positive.reinterpretAsInts();
    IntVector flip = bits.lanewise(VectorOperators.ASHR, 31).lanewise(VectorOperators.LSHR, 1);
    return bits.lanewise(VectorOperators.XOR, flip)
        .blend(Integer.MIN_VALUE, positive.test(VectorOperators.IS_NAN).cast(Lanes.INTS));
  }

  private void load(MemorySegment scores, long offset, int count) {
    if (ordered.length < count) {
      ordered = new int[count + count / 4];
    }
    int i = 0;
    for (; i <= count - Lanes.N; i += Lanes.N) {
      order(
              FloatVector.fromMemorySegment(
                  Lanes.FLOATS, scores, 4 * (offset + i), ByteOrder.nativeOrder()))
          .intoArray(ordered, i);
    }
    for (; i < count; i++) {
      float x = scores.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * (offset + i)) + 0f;
      int bits = Float.floatToRawIntBits(x);
      ordered[i] = Float.isNaN(x) ? Integer.MIN_VALUE : bits ^ ((bits >> 31) >>> 1);
    }
  }

  /** A number that probably, by a sample, the {@code wanted} largest and not many more reach. */
  private int pivot(int[] source, int at, int count, int wanted) {
    double rank = (double) wanted / count * SAMPLE;
    int margin = (int) (2 + 2.5 * Math.sqrt(rank));
    int sampleRank = (int) rank + margin;
    if (count <= 2 * SAMPLE || sampleRank >= SAMPLE) {
      return Integer.MIN_VALUE;
    }
    for (int i = 0; i < SAMPLE; i++) {
      sample[i] = source[at + (int) ((long) i * count / SAMPLE)];
    }
    return kthLargest(sample, SAMPLE, sampleRank);
  }

  /** Copies what is at least {@code pivot}, and where it stood. */
  private void gather(int[] source, int at, int count, int pivot) {
    if (keys.length < count + Lanes.N) { // whole vectors are written
      keys = new int[count + count / 4 + Lanes.N];
      places = new int[keys.length];
    }
    int kept = 0;
    int i = 0;
    for (; i <= count - Lanes.N; i += Lanes.N) {
      IntVector x = IntVector.fromArray(Lanes.INTS, source, at + i);
      VectorMask<Integer> mask = x.compare(VectorOperators.GE, pivot);
      if (mask.anyTrue()) {
        x.compress(mask).intoArray(keys, kept);
        INDICES.add(i).compress(mask).intoArray(places, kept);
        kept += mask.trueCount();
      }
    }
    for (; i < count; i++) {
      if (source[at + i] >= pivot) {
        keys[kept] = source[at + i];
        places[kept++] = i;
      }
    }
    found = kept;
  }

  /**
   * A number that the {@code k} largest of {@code size} reach and not more, but for equal ones.
   *
   * @param a at least a vector longer, which is overwritten
   */
  private static int kthLargest(int[] a, int size, int k) {
    Arrays.fill(a, size, size + Lanes.N, Integer.MIN_VALUE);
    int low = Integer.MIN_VALUE; // reached by at least k
    long high = (long) largest(a, size) + 1; // reached by fewer
    while (low + 1L < high) {
      int middle = (int) ((low + high) >> 1);
      int reached = reaching(a, size, middle);
      if (reached == k) {
        return middle;
      }
      if (reached > k) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int largest(int[] a, int size) {
    IntVector most = IntVector.broadcast(Lanes.INTS, Integer.MIN_VALUE);
    for (int i = 0; i < size; i += Lanes.N) {
      most = most.max(IntVector.fromArray(Lanes.INTS, a, i));
    }
    return most.reduceLanes(VectorOperators.MAX);
  }

  private static int reaching(int[] a, int size, int least) {
    int count = 0;
    for (int i = 0; i < size; i += Lanes.N) {
      count += IntVector.fromArray(Lanes.INTS, a, i).compare(VectorOperators.GE, least).trueCount();
    }
    return count;
  }

  /** All above the threshold, and as many equal to it, the first ones, as are wanted. */
  private int[] collect(int wanted, int threshold) {
    int[] best = new int[wanted];
    // Nothing is above the largest number; otherwise above and equal are told apart.
    int above = threshold == Integer.MAX_VALUE ? 0 : reaching(keys, found, threshold + 1);
    int equal = wanted - above;
    int at = 0;
    for (int i = 0; at < wanted; i++) {
      if (keys[i] > threshold || keys[i] == threshold && equal-- > 0) {
        best[at++] = places[i];
      }
    }
    return best;
  }
}
