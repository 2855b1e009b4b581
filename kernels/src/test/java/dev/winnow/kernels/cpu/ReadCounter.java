package dev.winnow.kernels.cpu;

/** Counts, row by row, what attention loads from a cache. */
final class ReadCounter {
  private final int[][] keys;
  private final int[][] values;
  private long bytes;

  ReadCounter(int kvHeads, int rows) {
    keys = new int[kvHeads][rows];
    values = new int[kvHeads][rows];
  }

  /** A tile that reports here; several threads may have one each. */
  KeyTile tile() {
    return new KeyTile() {
      @Override
      void loadKeys(KeySource source, int first, int count) {
        count(source, first, count, keys);
        super.loadKeys(source, first, count);
      }

      @Override
      void loadValues(KeySource source, int first, int count) {
        count(source, first, count, values);
        super.loadValues(source, first, count);
      }

      @Override
      boolean packKeys(KeySource source, int first, int count, PackedFormat format) {
        count(source, first, count, keys);
        return super.packKeys(source, first, count, format);
      }

      @Override
      boolean packValues(KeySource source, int first, int count, PackedFormat format) {
        count(source, first, count, values);
        return super.packValues(source, first, count, format);
      }
    };
  }

  private synchronized void count(KeySource source, int first, int count, int[][] into) {
    for (int i = first; i < first + count; i++) {
      into[source.kvHead()][source.row(i)]++;
    }
    bytes += (long) count * source.cache().headDim() * source.cache().dtype().bytes();
  }

  synchronized void clear() {
    for (int head = 0; head < keys.length; head++) {
      keys[head] = new int[keys[head].length];
      values[head] = new int[values[head].length];
    }
    bytes = 0;
  }

  /** How often each row's key was loaded, {@code [kvHeads, rows]}. */
  synchronized int[][] keys() {
    return keys;
  }

  /** How often each row's value was loaded, {@code [kvHeads, rows]}. */
  synchronized int[][] values() {
    return values;
  }

  /** Bytes loaded. */
  synchronized long bytes() {
    return bytes;
  }
}
