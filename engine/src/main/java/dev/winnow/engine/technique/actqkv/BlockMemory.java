package dev.winnow.engine.technique.actqkv;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KvPages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The blocks of one layer: which rows they are follows from the number of rows; what is learnt are
 * their representatives.
 *
 * <p>While a row is in the local window it gathers, for each query head, the attention that it
 * gets. When a block leaves the window, each head takes the mean of the un-rotated keys of the rows
 * that got most. What the last step taught is kept apart until the next one begins, so that a step
 * that failed leaves no trace.
 */
final class BlockMemory implements AutoCloseable {
  /** What {@link #forget} had to give up. */
  enum Lost {
    NOTHING,
    LAST_STEP,
    MORE
  }

  private final BlockShape shape;
  private final int heads;
  private final int group;
  private final int headDim;
  private final KeyPages representatives;
  private final int capacity;
  private final float[] mass; // [heads, capacity], from row open()
  private final float[] lastMass; // [heads, lastCount]
  private int rows; // those before the last step
  private int lastRows; // those of the last step
  private int lastFrom;
  private int lastCount;

  /**
   * An empty memory.
   *
   * @param kvHeads KV heads of the layer, a divisor of {@code heads}
   * @param dtype how representatives are stored
   */
  BlockMemory(BlockShape shape, int heads, int kvHeads, int headDim, DType dtype) {
    this(shape, heads, heads / kvHeads, headDim, newStore(shape, heads, kvHeads, headDim, dtype));
  }

  private BlockMemory(
      BlockShape shape, int heads, int group, int headDim, KeyPages representatives) {
    this.shape = shape;
    this.heads = heads;
    this.group = group;
    this.headDim = headDim;
    this.representatives = representatives;
    capacity = shape.window() + shape.blockSize() + shape.prefillWindow();
    mass = new float[heads * capacity];
    lastMass = new float[heads * (shape.window() + shape.prefillWindow())];
  }

  private static KeyPages newStore(
      BlockShape shape, int heads, int kvHeads, int headDim, DType dtype) {
    return new KeyPages(1, (shape.perKvHead() ? kvHeads : heads) * headDim, dtype);
  }

  /** One row {@code [1, width]} per block. */
  KeyPages representatives() {
    return representatives;
  }

  /** Blocks formed. */
  int blocks() {
    return representatives.length();
  }

  /** First row behind the last block. */
  int open() {
    return shape.init() + blocks() * shape.blockSize();
  }

  /** Rows of the cache that it knows of. */
  int rows() {
    return rows + lastRows;
  }

  /**
   * A step of {@code count} rows begins at row {@code firstRow}: what the last one taught is made
   * final, and the rows that left the window become blocks.
   */
  Lost advance(KvPages cache, int firstRow, int count) {
    Lost lost = forget(firstRow);
    addLastMass();
    rows = firstRow;
    lastRows = count;
    while (open() + shape.blockSize() + shape.window() <= rows) {
      formBlock(cache);
    }
    return lost;
  }

  private void addLastMass() {
    int at = lastFrom - open();
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < lastCount; i++) {
        mass[head * capacity + at + i] += lastMass[head * lastCount + i];
      }
    }
    lastCount = 0;
  }

  /**
   * Attention was computed for the rows of the step.
   *
   * @param received float32 {@code [heads, keys]}, the attention that keys got
   * @param keys keys per head of {@code received}
   * @param firstKey row of the first key
   */
  void attended(Buffer received, int keys, int firstKey) {
    lastFrom = Math.max(Math.max(open(), firstKey), rows - shape.window() + 1);
    lastCount = Math.max(0, rows() - lastFrom);
    for (int head = 0; head < heads && lastCount > 0; head++) {
      long from = (long) head * keys + lastFrom - firstKey;
      MemorySegment.copy(
          received.segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          from * Float.BYTES,
          lastMass,
          head * lastCount,
          lastCount);
    }
  }

  private void formBlock(KvPages cache) {
    int first = open();
    float[] representative = new float[representatives.headDim()];
    int groups = representative.length / headDim;
    int headsPerGroup = heads / groups;
    double[] scores = new double[shape.blockSize()];
    for (int g = 0; g < groups; g++) {
      Arrays.fill(scores, 0);
      for (int head = g * headsPerGroup; head < (g + 1) * headsPerGroup; head++) {
        for (int i = 0; i < scores.length; i++) {
          scores[i] += mass[head * capacity + i];
        }
      }
      int kvHead = g * headsPerGroup / group;
      addMean(cache, kvHead, first, largest(scores), representative, g * headDim);
    }
    representatives.append(representative);
    for (int head = 0; head < heads; head++) {
      int from = head * capacity;
      int kept = capacity - shape.blockSize();
      System.arraycopy(mass, from + shape.blockSize(), mass, from, kept);
      Arrays.fill(mass, from + kept, from + capacity, 0f);
    }
  }

  /** Indices of the largest scores, of equal ones the first. */
  private int[] largest(double[] scores) {
    int[] chosen = new int[shape.repr()];
    for (int n = 0; n < chosen.length; n++) {
      int best = 0;
      for (int i = 1; i < scores.length; i++) {
        if (scores[i] > scores[best]) {
          best = i;
        }
      }
      chosen[n] = best;
      scores[best] = Double.NEGATIVE_INFINITY;
    }
    return chosen;
  }

  private void addMean(
      KvPages cache, int kvHead, int first, int[] chosen, float[] target, int targetAt) {
    for (int d = 0; d < headDim; d++) {
      double sum = 0;
      for (int i : chosen) {
        Buffer page = cache.keys((first + i) / KvPages.PAGE_TOKENS);
        sum += page.getFloat(cache.index(kvHead, first + i) + d);
      }
      target[targetAt + d] = (float) (sum / chosen.length);
    }
  }

  /**
   * Forgets rows from {@code length} on, the blocks that fewer rows would not have formed, and,
   * unless those rows are of the last step alone, what rows in the window received.
   */
  Lost forget(int length) {
    if (length >= rows()) {
      return Lost.NOTHING;
    }
    lastRows = 0;
    lastCount = 0;
    if (length >= rows) {
      return Lost.LAST_STEP;
    }
    rows = length;
    Arrays.fill(mass, 0f);
    int formed = (length - shape.init() - shape.window()) / shape.blockSize();
    representatives.truncate(Math.clamp(formed, 0, blocks()));
    return Lost.MORE;
  }

  /** The same, apart. */
  BlockMemory copy() {
    BlockMemory copy = new BlockMemory(shape, heads, group, headDim, representatives.fork());
    System.arraycopy(mass, 0, copy.mass, 0, mass.length);
    System.arraycopy(lastMass, 0, copy.lastMass, 0, lastMass.length);
    copy.rows = rows;
    copy.lastRows = lastRows;
    copy.lastFrom = lastFrom;
    copy.lastCount = lastCount;
    return copy;
  }

  long bytes() {
    return representatives.bytes() + (long) Float.BYTES * (mass.length + lastMass.length);
  }

  @Override
  public void close() {
    representatives.close();
  }
}
