package dev.winnow.engine.technique.baseline;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of one layer that live, per KV head, and the attention each of them got.
 *
 * <p>Entry {@code i} of a head stands for its {@code i}-th living row; every head has as many.
 */
final class HeavyHitters {
  private final int[][] rows;
  private final float[][] scores;
  private final float[][] latest;
  private int size;
  private int latestRow = -1;

  /** No rows. */
  HeavyHitters(int kvHeads) {
    rows = new int[kvHeads][0];
    scores = new float[kvHeads][0];
    latest = new float[kvHeads][0];
  }

  private HeavyHitters(HeavyHitters from) {
    rows = copy(from.rows);
    scores = copy(from.scores);
    latest = copy(from.latest);
    size = from.size;
    latestRow = from.latestRow;
  }

  private static int[][] copy(int[][] lists) {
    return Arrays.stream(lists).map(int[]::clone).toArray(int[][]::new);
  }

  private static float[][] copy(float[][] lists) {
    return Arrays.stream(lists).map(float[]::clone).toArray(float[][]::new);
  }

  HeavyHitters copy() {
    return new HeavyHitters(this);
  }

  /** Living rows of each head. */
  int size() {
    return size;
  }

  /** The living rows, exactly as many as there are; valid until the next change. */
  int[][] rows() {
    return rows;
  }

  /** Adds rows {@code [first, first + count)} to every head, without a score. */
  void add(int first, int count) {
    resize(size + count);
    for (int head = 0; head < rows.length; head++) {
      for (int i = 0; i < count; i++) {
        rows[head][size + i] = first + i;
        scores[head][size + i] = 0;
      }
    }
    size += count;
  }

  /** Lists are exactly as long as needed; the others keep what room they have. */
  private void resize(int newSize) {
    for (int head = 0; head < rows.length; head++) {
      if (rows[head].length != newSize) {
        rows[head] = Arrays.copyOf(rows[head], newSize);
      }
      if (scores[head].length < newSize) {
        int room = newSize + newSize / 4 + 16;
        scores[head] = Arrays.copyOf(scores[head], room);
        latest[head] = Arrays.copyOf(latest[head], room);
      }
    }
  }

  /**
   * Notes what the step whose first row is {@code firstRow} gave to each key; it counts from {@link
   * #settle} on.
   *
   * @param mass {@code [heads, massKeys]}
   * @param keys what was read: the living rows, or all rows in order if nothing was forgotten
   */
  void attended(Buffer mass, int massKeys, int heads, KeyRows keys, int firstRow) {
    int group = heads / rows.length;
    for (int head = 0; head < rows.length; head++) {
      Arrays.fill(latest[head], 0, size, 0);
      for (int member = 0; member < group; member++) {
        long from = (long) (head * group + member) * massKeys;
        for (int i = 0; i < keys.count(0); i++) {
          latest[head][i] += mass.getFloat(from + i) / group;
        }
      }
    }
    latestRow = firstRow;
  }

  /** Adds the latest step to the scores, unless it was taken back: {@code length} rows are left. */
  void settle(int length) {
    forgetFrom(length);
    for (int head = 0; head < rows.length && latestRow >= 0; head++) {
      for (int i = 0; i < size; i++) {
        scores[head][i] += latest[head][i];
      }
    }
    latestRow = -1;
  }

  /** Forgets rows from {@code length} on. */
  void forgetFrom(int length) {
    if (latestRow >= length) {
      latestRow = -1;
    }
    int kept = size;
    while (kept > 0 && rows[0][kept - 1] >= length) {
      kept--; // the newest rows are the same in every head
    }
    if (kept < size) {
      size = kept;
      resize(size);
    }
  }

  /** Keeps the newest {@code recent} rows of each head and the best of the others, {@code keep}. */
  void reduce(int keep, int recent, Kernels kernels, Scratch scratch) {
    int heavy = keep - recent;
    int candidates = size - recent;
    for (int head = 0; head < rows.length; head++) {
      if (size == keep + 1) {
        remove(head, lightest(scores[head], candidates));
      } else {
        retain(head, chosen(head, heavy, candidates, kernels, scratch), recent);
      }
    }
    size = keep;
  }

  /** The lowest score; the last of equal ones, as {@link Kernels#topK} prefers the first. */
  private static int lightest(float[] scores, int candidates) {
    int lightest = 0;
    for (int i = 1; i < candidates; i++) {
      lightest = scores[i] <= scores[lightest] ? i : lightest;
    }
    return lightest;
  }

  private int[] chosen(int head, int heavy, int candidates, Kernels kernels, Scratch scratch) {
    Buffer buffer = scratch.of(candidates);
    for (int i = 0; i < candidates; i++) {
      buffer.setFloat(i, scores[head][i]);
    }
    return kernels.topK(buffer, 0, candidates, heavy);
  }

  /** The list stays as long as it is: the row of the next token takes the place at its end. */
  private void remove(int head, int at) {
    System.arraycopy(rows[head], at + 1, rows[head], at, size - at - 1);
    System.arraycopy(scores[head], at + 1, scores[head], at, size - at - 1);
  }

  private void retain(int head, int[] chosen, int recent) {
    int[] entries =
        IntStream.concat(Arrays.stream(chosen), IntStream.range(size - recent, size)).toArray();
    int[] kept = new int[entries.length];
    for (int i = 0; i < entries.length; i++) {
      kept[i] = rows[head][entries[i]];
      scores[head][i] = scores[head][entries[i]];
    }
    rows[head] = kept;
  }

  /** The living rows of each head, in lists of their own. */
  int[][] living() {
    return Arrays.stream(rows).map(list -> Arrays.copyOf(list, size)).toArray(int[][]::new);
  }

  /** The living rows were moved to the front of the cache. */
  void renumber() {
    for (int[] list : rows) {
      for (int i = 0; i < size; i++) {
        list[i] = i;
      }
    }
  }

  /** Sum of the probabilities that entry {@code i} of {@code head} got. */
  float score(int head, int i) {
    return scores[head][i];
  }

  /** Bytes it takes. */
  long bytes() {
    return rows.length * (long) Integer.BYTES * (rows[0].length + 2L * scores[0].length);
  }
}
