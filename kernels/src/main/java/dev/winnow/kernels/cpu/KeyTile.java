package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A tile of keys and values of one KV head as float32 rows: the scratch memory of one thread.
 *
 * <p>Attention reads a cache through nothing else, so a subclass can watch every read.
 */
class KeyTile {
  /** Keys per tile: one tile of keys and one of values fill half a first-level cache. */
  static final int KEYS = 64;

  private static final int CACHE_LINE = 64;

  private int headDim;
  private int stride;
  private float[] keys = new float[0];
  private float[] values = new float[0];
  private int[] packed = new int[0];
  private int fetched; // keeps the reads of fetch from being left out

  /** {@code [KEYS, stride]}, zeros behind the last element of each row. */
  float[] keys() {
    return keys;
  }

  /** {@code [KEYS, stride]}, zeros behind the last element of each row. */
  float[] values() {
    return values;
  }

  /** Sixteen-bit rows as {@link #packKeys} and {@link #packValues} copied them, two to an int. */
  int[] packed() {
    return packed;
  }

  /** Elements from one row to the next: headDim in whole vectors. */
  int stride() {
    return stride;
  }

  /** Makes room for heads of {@code newHeadDim} elements. */
  void shape(int newHeadDim) {
    if (newHeadDim == headDim) {
      return;
    }
    headDim = newHeadDim;
    stride = Lanes.roundUp(headDim);
    if (keys.length < KEYS * stride) {
      keys = new float[KEYS * stride];
      values = new float[KEYS * stride];
      packed = new int[KEYS * stride / 2];
    } else {
      Arrays.fill(keys, 0f);
      Arrays.fill(values, 0f);
    }
  }

  /**
   * Reads a little of every cache line of keys and values that lie scattered: such reads wait for
   * memory side by side, while those of the work that follows would wait one after the other.
   */
  void fetch(KeySource source, int first, int count) {
    if (!(source.rows() instanceof KeyRows.Gathered gathered)) {
      return;
    }
    int[] list = gathered.list(source.list());
    KvPages cache = source.cache();
    int rowBytes = headDim * cache.dtype().bytes();
    int page = -1;
    MemorySegment pageKeys = null;
    MemorySegment pageValues = null;
    int sum = 0;
    for (int i = first; i < first + count; i++) {
      int row = list[i];
      if (row / KvPages.PAGE_TOKENS != page) {
        page = row / KvPages.PAGE_TOKENS;
        pageKeys = cache.page(page).keys().segment();
        pageValues = cache.page(page).values().segment();
      }
      long at = cache.index(source.kvHead(), row) * cache.dtype().bytes();
      for (int line = 0; line < rowBytes; line += CACHE_LINE) {
        sum += pageKeys.get(ValueLayout.JAVA_BYTE, at + line);
        sum += pageValues.get(ValueLayout.JAVA_BYTE, at + line);
      }
    }
    fetched = sum;
  }

  /** Loads {@code count} keys of {@code source} from list index {@code first}, and rotates them. */
  void loadKeys(KeySource source, int first, int count) {
    load(source, first, count, true, keys);
    if (!(source.rotation() instanceof KeyRotation.AsStored)) {
      rotateKeys(source, first, count);
    }
  }

  /** Loads {@code count} values of {@code source} from list index {@code first}. */
  void loadValues(KeySource source, int first, int count) {
    load(source, first, count, false, values);
  }

  /**
   * Copies {@code count} keys of {@code source} from list index {@code first} to {@link #packed} as
   * they are stored; false if one of them is not finite.
   */
  boolean packKeys(KeySource source, int first, int count, PackedFormat format) {
    return pack(source, first, count, true, format);
  }

  /** Like {@link #packKeys}, but values. */
  boolean packValues(KeySource source, int first, int count, PackedFormat format) {
    return pack(source, first, count, false, format);
  }

  private boolean pack(KeySource source, int first, int count, boolean isKey, PackedFormat format) {
    if (source.rows() instanceof KeyRows.Gathered gathered) {
      return gather(source, gathered.list(source.list()), first, count, isKey, format);
    }
    boolean finite = true;
    int width = headDim / 2;
    int done = 0;
    while (done < count) {
      int row = source.row(first + done);
      int run = runLength(source, first + done, row, count - done);
      MemorySegment segment = segment(source, row, isKey);
      long from = 2L * source.cache().index(source.kvHead(), row);
      finite &= HalfFloats.pack(segment, from, packed, done * width, run * width, format.special());
      done += run;
    }
    return finite;
  }

  private boolean gather(
      KeySource source, int[] list, int first, int count, boolean isKey, PackedFormat format) {
    int width = headDim / 2;
    int page = -1;
    MemorySegment segment = null;
    for (int i = 0; i < count; i++) {
      int row = list[first + i];
      if (row / KvPages.PAGE_TOKENS != page) {
        page = row / KvPages.PAGE_TOKENS;
        segment = segment(source, row, isKey);
      }
      long from = 2L * source.cache().index(source.kvHead(), row);
      HalfFloats.copy(segment, from, packed, i * width, width);
    }
    return HalfFloats.allOrdinary(packed, count * width, format.special());
  }

  private static MemorySegment segment(KeySource source, int row, boolean isKey) {
    KvPages.Page page = source.cache().page(row / KvPages.PAGE_TOKENS);
    return (isKey ? page.keys() : page.values()).segment();
  }

  private void load(KeySource source, int first, int count, boolean isKey, float[] target) {
    KvPages cache = source.cache();
    DType dtype = cache.dtype();
    int done = 0;
    while (done < count) {
      int row = source.row(first + done);
      int run = runLength(source, first + done, row, count - done);
      MemorySegment segment = segment(source, row, isKey);
      long from = cache.index(source.kvHead(), row) * dtype.bytes();
      widenRows(dtype, segment, from, target, done * stride, run);
      done += run;
    }
  }

  /** Rows from {@code row} on that lie one after the other in one page. */
  private static int runLength(KeySource source, int index, int row, int most) {
    int limit = Math.min(most, KvPages.PAGE_TOKENS - row % KvPages.PAGE_TOKENS);
    if (source.rows() instanceof KeyRows.Gathered gathered) {
      int[] list = gathered.list(source.list());
      int run = 1;
      while (run < limit && list[index + run] == row + run) {
        run++;
      }
      return run;
    }
    return limit;
  }

  private void widenRows(
      DType dtype, MemorySegment source, long from, float[] target, int at, int rows) {
    if (stride == headDim) {
      HalfFloats.widen(dtype, source, from, target, at, rows * headDim);
      return;
    }
    for (int row = 0; row < rows; row++) {
      long rowFrom = from + (long) row * headDim * dtype.bytes();
      HalfFloats.widen(dtype, source, rowFrom, target, at + row * stride, headDim);
    }
  }

  private void rotateKeys(KeySource source, int first, int count) {
    KeyRotation rotation = source.rotation();
    for (int i = 0; i < count; i++) {
      if (rotation instanceof KeyRotation.CompactRank rank) {
        rotateKey(i, rank.table(), rank.first() + first + i);
      } else if (rotation instanceof KeyRotation.TruePosition position) {
        rotateKey(i, position.table(), source.row(first + i));
      } else if (rotation instanceof KeyRotation.Fixed fixed) {
        rotateKey(i, fixed.table(), fixed.position());
      }
    }
  }

  private void rotateKey(int i, RotaryTable table, int position) {
    Rotate.head(
        keys, i * stride, table.config(), table.block(position), table.rowInBlock(position));
  }
}
