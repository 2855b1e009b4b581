package dev.winnow.engine.technique.tokenselect;

import dev.winnow.kernels.Buffer;

/** Replaces every value by the largest within half a width of it. */
final class MaxPool {
  private final int reach;
  private float[] values = {};
  private int[] queue = {};

  /** A pool of an odd width; 1 changes nothing. */
  MaxPool(int width) {
    this.reach = width / 2;
  }

  /** Pools elements {@code [offset, offset + count)} in place. */
  void apply(Buffer buffer, long offset, int count) {
    if (reach == 0) {
      return;
    }
    if (values.length < count) {
      values = new float[count + count / 4];
      queue = new int[values.length];
    }
    for (int i = 0; i < count; i++) {
      values[i] = buffer.getFloat(offset + i);
    }
    // The queue holds indices in sight whose values descend: the first is the largest.
    int head = 0;
    int tail = 0;
    for (int i = 0, next = 0; i < count; i++) {
      for (; next < count && next <= (long) i + reach; next++) {
        while (tail > head && values[queue[tail - 1]] <= values[next]) {
          tail--;
        }
        queue[tail++] = next;
      }
      if (queue[head] < i - reach) {
        head++;
      }
      buffer.setFloat(offset + i, values[queue[head]]);
    }
  }
}
