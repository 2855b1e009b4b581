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
  private static final IntVector INDICES = IntVector.zero(Lanes.INTS).addIndex(1);

  private int[] keys = new int[0]; // count, rounded up; padding is below every key
  private int[] first = new int[0]; // where candidates are copied to, by turns
  private int[] second = new int[0];
  private final int[] sample = new int[SAMPLE];

  // What is left to find: the k-th largest of source[0..size), all within [low, high].
  private int[] source = keys;
  private int[] target = first;
  private int size;
  private int k;
  private int low;
  private int high;
  private int above; // keys above the interval that keep was given

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
      first = new int[padded + Lanes.N]; // whole vectors are written
      second = new int[padded + Lanes.N];
      target = first;
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
    source = keys;
    size = count;
    k = wanted;
    low = Integer.MIN_VALUE;
    high = Integer.MAX_VALUE;
    boolean halve = false;
    while (size > SAMPLE && low < high) {
      int before = size;
      if (halve) {
        narrow((int) (((long) low + high) >> 1) + 1, high);
      } else {
        Arrays.setAll(sample, i -> source[(int) ((long) i * size / SAMPLE)]);
        Arrays.sort(sample);
        double rank = SAMPLE - (double) k / size * SAMPLE;
        double margin = 1 + 2.5 * Math.sqrt(rank * (SAMPLE - rank) / SAMPLE);
        narrow(
            sample[Math.clamp((long) (rank - margin), 0, SAMPLE - 1)],
            sample[Math.clamp((long) (rank + margin), 0, SAMPLE - 1)]);
      }
      halve = size > before / 2;
    }
    if (low == high) {
      return low;
    }
    int[] rest = Arrays.copyOf(source, size);
    Arrays.sort(rest);
    return rest[size - k];
  }

  /** Keeps whichever of below, within and above {@code [bottom, top]} holds the k-th largest. */
  private void narrow(int bottom, int top) {
    int within = keep(bottom, top);
    if (k <= above) {
      size = keep(top + 1, high);
      low = top + 1;
    } else if (k <= above + within) {
      k -= above;
      size = within;
      low = bottom;
      high = top;
    } else {
      k -= above + within;
      size = keep(low, bottom - 1);
      high = bottom - 1;
    }
    int[] kept = target;
    target = kept == first ? second : first;
    source = kept;
  }

  /** Copies the keys in {@code [bottom, top]} to target, and counts them and those above. */
  private int keep(int bottom, int top) {
    int kept = 0;
    int more = 0;
    int i = 0;
    for (; i <= size - Lanes.N; i += Lanes.N) {
      IntVector x = IntVector.fromArray(Lanes.INTS, source, i);
      VectorMask<Integer> greater = x.compare(VectorOperators.GT, top);
      more += greater.trueCount();
      VectorMask<Integer> mask = x.compare(VectorOperators.GE, bottom).andNot(greater);
      if (mask.anyTrue()) {
        x.compress(mask).intoArray(target, kept);
        kept += mask.trueCount();
      }
    }
    for (; i < size; i++) {
      int key = source[i];
      if (key > top) {
        more++;
      } else if (key >= bottom) {
        target[kept++] = key;
      }
    }
    above = more;
    return kept;
  }

  /** All above the threshold, and as many equal to it, from the lowest index on, as are wanted. */
  private int[] collect(int count, int wanted, int threshold) {
    int[] found = new int[wanted + Lanes.N];
    int equal = wanted - countAbove(count, threshold);
    int at = 0;
    int i = 0;
    // As long as equal keys are wanted, all that are not below are taken.
    for (; equal > 0; i += Lanes.N) {
      IntVector x = IntVector.fromArray(Lanes.INTS, keys, i);
      int here = x.compare(VectorOperators.EQ, threshold).trueCount();
      if (here > equal) {
        break;
      }
      equal -= here;
      at = add(x.compare(VectorOperators.GE, threshold), i, found, at);
    }
    for (int end = i + Lanes.N; equal > 0 && i < end; i++) {
      if (keys[i] > threshold || keys[i] == threshold && equal-- > 0) {
        found[at++] = i;
      }
    }
    for (; i % Lanes.N != 0; i++) { // what the vector has behind the last equal key
      if (keys[i] > threshold) {
        found[at++] = i;
      }
    }
    for (; at < wanted; i += Lanes.N) {
      IntVector x = IntVector.fromArray(Lanes.INTS, keys, i);
      at = add(x.compare(VectorOperators.GT, threshold), i, found, at);
    }
    return Arrays.copyOf(found, wanted);
  }

  private int countAbove(int count, int threshold) {
    int above = 0;
    for (int i = 0; i < count; i += Lanes.N) {
      above +=
          IntVector.fromArray(Lanes.INTS, keys, i)
              .compare(VectorOperators.GT, threshold)
              .trueCount();
    }
    return above;
  }

  /** Appends the indices from {@code i} on that are set in {@code mask}. */
  private static int add(VectorMask<Integer> mask, int i, int[] found, int at) {
    if (!mask.anyTrue()) {
      return at;
    }
    INDICES.add(i).compress(mask).intoArray(found, at);
    return at + mask.trueCount();
  }
}
