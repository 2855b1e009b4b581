package dev.winnow.engine.cache;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.KvPages;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Pages of keys and values of all sequences of one model in a temporary file, which exists only
 * while it holds pages and which nobody else can open where the system allows that.
 *
 * <p>Pages are written through the channel, so that a full disk is an exception, and read through a
 * mapping of the file. Safe for use by several threads.
 */
public class SpillFile implements AutoCloseable {
  // Mapped at once: a system allows some ten thousands of mappings, so a page is too little.
  private static final long EXTENT_BYTES = 64L << 20;

  /** Part of the file. */
  private record Region(long offset, MemorySegment mapped) {}

  /** A page in the file and how many sequences use it; the count belongs to the file. */
  final class FilePage extends SharedPage {
    private final Region region;
    private int users = 1;

    private FilePage(KvPages.Page page, Region region) {
      super(page);
      this.region = region;
    }

    @Override
    boolean inMemory() {
      return false;
    }

    @Override
    boolean isWritable() {
      return false;
    }

    @Override
    void share() {
      synchronized (SpillFile.this) {
        users++;
      }
    }

    @Override
    void release() {
      synchronized (SpillFile.this) {
        if (--users == 0) {
          recycle(this);
        }
      }
    }
  }

  private final Path folder;
  private final Map<Long, ArrayDeque<Region>> idle = new HashMap<>();
  private FileChannel channel;
  private Arena arena;
  private MemorySegment extent;
  private long extentOffset;
  private long extentUsed;
  private long usedBytes;

  /** A file in {@code folder}, made when the first page comes. */
  public SpillFile(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes the content of {@code page}, which stays what it is.
   *
   * @param layer the page's shape
   * @throws SpillException if the file cannot be made or has no room; nothing has changed then
   */
  final synchronized SharedPage write(KvPages layer, KvPages.Page page) {
    long bytes = page.keys().bytes() + page.values().bytes();
    try {
      Region region = take(bytes);
      try {
        put(channel, page.keys().segment(), region.offset());
        put(channel, page.values().segment(), region.offset() + page.keys().bytes());
      } catch (IOException e) {
        giveBack(bytes, region);
        throw e;
      }
      usedBytes += bytes;
      MemorySegment keys = region.mapped().asSlice(0, page.keys().bytes());
      MemorySegment values = region.mapped().asSlice(page.keys().bytes());
      KvPages.Page mapped =
          new KvPages.Page(Buffer.wrap(layer.dtype(), keys), Buffer.wrap(layer.dtype(), values));
      return new FilePage(mapped, region);
    } catch (IOException e) {
      if (usedBytes == 0) {
        reset();
      }
      throw new SpillException(
          ("cannot move %d bytes of keys and values to a file in %s, where %d are already: %s; free"
                  + " space there, set kv_spill_dir to another folder, or keep more tokens in memory")
              .formatted(bytes, folder, usedBytes, e),
          e);
    }
  }

  /** Writes {@code from} at {@code offset}, all of it. */
  void put(FileChannel to, MemorySegment from, long offset) throws IOException {
    ByteBuffer bytes = from.asByteBuffer();
    while (bytes.hasRemaining()) {
      to.write(bytes, offset + bytes.position());
    }
  }

  private Region take(long bytes) throws IOException {
    ArrayDeque<Region> recycled = idle.get(bytes);
    if (recycled != null && !recycled.isEmpty()) {
      return recycled.pop();
    }
    if (channel == null) {
      open();
    }
    if (extent == null || extent.byteSize() - extentUsed < bytes) {
      long offset = extent == null ? 0 : extentOffset + extent.byteSize();
      long size = Math.max(EXTENT_BYTES, bytes);
      // A file with a hole: the disk has to have room for pages only, and only when they come.
      channel.write(ByteBuffer.wrap(new byte[1]), offset + size - 1);
      extent = channel.map(MapMode.READ_ONLY, offset, size, arena);
      extentOffset = offset;
      extentUsed = 0;
    }
    Region region = new Region(extentOffset + extentUsed, extent.asSlice(extentUsed, bytes));
    extentUsed += bytes;
    return region;
  }

  @SuppressWarnings("MustBeClosedChecker") // closed by reset()
  private void open() throws IOException {
    Path file = Files.createTempFile(folder, "winnow-kv-", ".tmp");
    try {
      // Where files can be deleted while they are open, this one is gone from the folder at once.
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    arena = Arena.ofShared();
  }

  private void recycle(FilePage page) {
    if (channel == null) {
      return; // closed meanwhile
    }
    usedBytes -= page.bytes();
    giveBack(page.bytes(), page.region);
    if (usedBytes == 0) {
      reset();
    }
  }

  private void giveBack(long bytes, Region region) {
    idle.computeIfAbsent(bytes, size -> new ArrayDeque<>()).push(region);
  }

  /** Bytes of the pages in the file. */
  public final synchronized long usedBytes() {
    return usedBytes;
  }

  private void reset() {
    idle.clear();
    extent = null;
    extentOffset = 0;
    extentUsed = 0;
    usedBytes = 0;
    if (channel != null) {
      arena.close();
      try {
        channel.close();
      } catch (IOException e) {
        throw new SpillException("cannot close the file of keys and values in " + folder, e);
      } finally {
        channel = null;
        arena = null;
      }
    }
  }

  /** Deletes the file; its pages cannot be read any more. */
  @Override
  public final synchronized void close() {
    reset();
  }
}
