package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.KeptRows;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Draws the rows that {@link RandomSelection} keeps. */
final class Lots {
  private final RandomConfig config;
  private final BitSet drawn = new BitSet();

  Lots(RandomConfig config) {
    this.config = config;
  }

  /**
   * For each KV head {@code budget} of the rows {@code [from, rows)}: sinks, window and others,
   * ascending.
   *
   * @param from first row that can be seen
   * @param tokens of the sequence, part of what the draw depends on
   */
  int[][] draw(int layer, int kvHeads, int from, int rows, int budget, int tokens) {
    int sinks = Math.max(0, config.sinks() - from);
    int begin = from + sinks;
    int end = rows - config.window();
    int[][] lists = new int[kvHeads][];
    for (int head = 0; head < kvHeads; head++) {
      SplittableRandom random = new SplittableRandom(seed(layer, head, tokens));
      int[] chosen = sample(random, begin, end, budget - sinks - config.window());
      lists[head] = prefixed(from, sinks, chosen, rows);
    }
    return lists;
  }

  private int[] prefixed(int from, int sinks, int[] chosen, int rows) {
    int[] list = KeptRows.with(0, chosen, config.window(), rows);
    if (sinks == 0) {
      return list;
    }
    int[] all = new int[sinks + list.length];
    for (int i = 0; i < sinks; i++) {
      all[i] = from + i;
    }
    System.arraycopy(list, 0, all, sinks, list.length);
    return all;
  }

  private long seed(int layer, int head, int tokens) {
    long mixed = config.seed();
    for (long part : new long[] {layer, head, tokens}) {
      // The increment and the generator of SplittableRandom spread neighbouring values.
      mixed = new SplittableRandom(mixed * 31 + part).nextLong();
    }
    return mixed;
  }

  /** {@code count} of {@code [begin, end)}, ascending: Floyd's algorithm, one draw for each. */
  private int[] sample(SplittableRandom random, int begin, int end, int count) {
    drawn.clear();
    int of = end - begin;
    for (int last = of - count; last < of; last++) {
      int drawnNow = random.nextInt(last + 1);
      drawn.set(drawn.get(drawnNow) ? last : drawnNow);
    }
    int[] rows = new int[count];
    int i = 0;
    for (int at = drawn.nextSetBit(0); at >= 0; at = drawn.nextSetBit(at + 1)) {
      rows[i++] = begin + at;
    }
    return rows;
  }
}
