package dev.winnow.engine.sampling;

/**
 * Partial selection on keys that order tokens by score, then by lowest id: the larger key is the
 * better token, and no two are equal.
 */
final class Ranking {
  private Ranking() {}

  static long key(float score, int id) {
    int bits = Float.floatToRawIntBits(score + 0f); // -0 becomes 0: they are equal scores
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ordered << 32) | (~id & 0xFFFF_FFFFL);
  }

  static int id(long key) {
    return ~(int) key;
  }

  static float score(long key) {
    int ordered = (int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }

  /** The {@code count} best tokens of {@code scores[0, size)}, best first, as keys. */
  static long[] best(float[] scores, int size, int count) {
    int kept = Math.min(count, size);
    long[] heap = new long[kept];
    for (int i = 0; i < kept; i++) {
      heap[i] = key(scores[i], i);
    }
    for (int i = kept / 2 - 1; i >= 0; i--) {
      siftDown(heap, i, kept);
    }
    for (int i = kept; i < size && kept > 0; i++) {
      // A later token never wins a tie, so a strict comparison of scores is enough.
      if (scores[i] > score(heap[0])) {
        heap[0] = key(scores[i], i);
        siftDown(heap, 0, kept);
      }
    }
    for (int end = kept - 1; end > 0; end--) {
      long worst = heap[0];
      heap[0] = heap[end];
      heap[end] = worst;
      siftDown(heap, 0, end);
    }
    return heap;
  }

  private static void siftDown(long[] heap, int from, int size) {
    long moving = heap[from];
    int parent = from;
    for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= moving) {
        break;
      }
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = moving;
  }

  /**
   * The smallest key of the fewest best tokens that weigh at least {@code needed}, a token weighing
   * {@code exp(score - max)}; quickselect, {@code keys[0, size)} are reordered.
   */
  static long smallestKeyOfMass(long[] keys, int size, float max, double needed) {
    int from = 0;
    int to = size;
    double missing = needed;
    while (to - from > 1) {
      int pivotAt = partition(keys, from, to);
      double better = 0;
      for (int i = from; i < pivotAt; i++) {
        better += weight(keys[i], max);
      }
      if (better >= missing) {
        to = pivotAt;
        continue;
      }
      missing -= better + weight(keys[pivotAt], max);
      if (missing <= 0) {
        return keys[pivotAt];
      }
      from = pivotAt + 1;
    }
    // Rounding may leave nothing to choose from: then every key before it is needed.
    return keys[Math.min(from, size - 1)];
  }

  private static double weight(long key, float max) {
    return Math.exp(score(key) - max);
  }

  /** Moves larger keys before a pivot and smaller ones after it; returns where the pivot is. */
  private static int partition(long[] keys, int from, int to) {
    int middle = (from + to) >>> 1;
    long a = keys[from];
    long b = keys[middle];
    long c = keys[to - 1];
    long median = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    swap(keys, median == a ? from : median == b ? middle : to - 1, to - 1);
    int store = from;
    for (int i = from; i < to - 1; i++) {
      if (keys[i] > median) {
        swap(keys, i, store++);
      }
    }
    swap(keys, store, to - 1);
    return store;
  }

  private static void swap(long[] keys, int i, int j) {
    long key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
  }
}
