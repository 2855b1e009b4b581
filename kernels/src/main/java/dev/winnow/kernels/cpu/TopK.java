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
 * The indices of the k largest of many scores: floats become ints of the same order, the k-th
 * largest of those is found by narrowing down an interval, and one pass collects what is above.
 *
 * <p>Each step takes two pivots out of a sorted sample, one on each side of where the k-th largest
 * should be, and keeps what lies between. A step that does not narrow enough, as many equal scores
 * or an unlucky sample cause, is followed by one that halves the interval of keys, so that the
 * number of steps is bounded.
 */
final class TopK {
  private static final int SAMPLE = 256;

  private int[] keys = new int[0]; // count, rounded up; padding is below every key
  private int[] pool = new int[0]; // keys that may be the k-th largest
  private int[] spare = new int[0];
  private final int[] sample = new int[SAMPLE];

  // What is left to find: the k-th largest of pool[0..size), all within [low, high].
  private int size;
  private int k;
  private int low;
  private int high;

  /** See {@link dev.winnow.kernels.Kernels#topK(Buffer, long, int, int)}; arguments checked. */
  int[] select(Buffer scores, long offset, int count, int wanted) {
    if (wanted >= count) {
      int[] all = new int[count];
      Arrays.setAll(all, i -> i);
      return all;
    }
    if (wanted == 0) {
      return new int[0];
    }
    load(scores.segment(), offset, count);
    return collect(count, wanted, kthLargest(count, wanted));
  }

  /** Float order as int order: NaN lowest, both zeros alike. */
  private void load(MemorySegment scores, long offset, int count) {
    int padded = Lanes.roundUp(count);
    if (keys.length < padded) {
      keys = new int[padded];
      pool = new int[padded];
      spare = new int[padded];
    }
    int i = 0;
    for (; i <= count - Lanes.N; i += Lanes.N) {
      FloatVector x =
          FloatVector.fromMemorySegment(
                  Lanes.FLOATS, scores, 4 * (offset + i), ByteOrder.nativeOrder())
              .add(0f); // -0 becomes 0
      IntVector bits = x.reinterpretAsInts();
      IntVector flip = bits.lanewise(VectorOperators.ASHR, 31).lanewise(VectorOperators.LSHR, 1);
      bits.lanewise(VectorOperators.XOR, flip)
          .blend(Integer.MIN_VALUE, x.test(VectorOperators.IS_NAN).cast(Lanes.INTS))
          .intoArray(keys, i);
    }
    for (; i < count; i++) {
      float x = scores.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * (offset + i)) + 0f;
      int bits = Float.floatToRawIntBits(x);
      keys[i] = Float.isNaN(x) ? Integer.MIN_VALUE : bits ^ ((bits >> 31) >>> 1);
    }
    Arrays.fill(keys, count, padded, Integer.MIN_VALUE);
  }

  private int kthLargest(int count, int wanted) {
    System.arraycopy(keys, 0, pool, 0, count);
    size = count;
    k = wanted;
    low = Integer.MIN_VALUE;
    high = Integer.MAX_VALUE;
    boolean halve = false;
    while (size > SAMPLE && low < high) {
      int before = size;
      if (halve) {
        int middle = (int) (((long) low + high) >> 1);
        narrow(middle + 1, high);
      } else {
        drawSample();
        double rank = (double) k / size * SAMPLE;
        double margin = 1 + 2.5 * Math.sqrt(rank * (SAMPLE - rank) / SAMPLE);
        int top = sample[Math.clamp((long) (SAMPLE - rank + margin), 0, SAMPLE - 1)];
        int bottom = sample[Math.clamp((long) (SAMPLE - rank - margin), 0, SAMPLE - 1)];
        narrow(bottom, top);
      }
      halve = size > before / 2;
    }
    if (low == high) {
      return low;
    }
    Arrays.sort(pool, 0, size);
    return pool[size - k];
  }

  private void drawSample() {
    for (int i = 0; i < SAMPLE; i++) {
      sample[i] = pool[(int) ((long) i * size / SAMPLE)];
    }
    Arrays.sort(sample);
  }

  /** Keeps whichever of below, within and above {@code [bottom, top]} holds the k-th largest. */
  private void narrow(int bottom, int top) {
    int above = 0;
    int within = 0;
    for (int i = 0; i < size; i++) {
      int key = pool[i];
      if (key > top) {
        above++;
      } else if (key >= bottom) {
        within++;
      }
    }
    if (k <= above) {
      keep(top + 1, high);
    } else if (k <= above + within) {
      k -= above;
      keep(bottom, top);
    } else {
      k -= above + within;
      keep(low, bottom - 1);
    }
  }

  private void keep(int bottom, int top) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int key = pool[i];
      if (key >= bottom && key <= top) {
        spare[kept++] = key;
      }
    }
    int[] swap = pool;
    pool = spare;
    spare = swap;
    size = kept;
    low = bottom;
    high = top;
  }

  /** All above the threshold, and as many equal to it, from the lowest index on, as are wanted. */
  private int[] collect(int count, int wanted, int threshold) {
    int equal = wanted;
    for (int i = 0; i < count; i += Lanes.N) {
      equal -=
          IntVector.fromArray(Lanes.INTS, keys, i)
              .compare(VectorOperators.GT, threshold)
              .trueCount();
    }
    int[] found = new int[wanted];
    int at = 0;
    for (int i = 0; at < wanted; i += Lanes.N) {
      IntVector x = IntVector.fromArray(Lanes.INTS, keys, i);
      VectorMask<Integer> mask = x.compare(VectorOperators.GE, threshold);
      long bits = mask.toLong();
      while (bits != 0) {
        int index = i + Long.numberOfTrailingZeros(bits);
        bits &= bits - 1;
        if (keys[index] > threshold) {
          found[at++] = index;
        } else if (equal > 0) {
          equal--;
          found[at++] = index;
        }
      }
    }
    return found;
  }
}
