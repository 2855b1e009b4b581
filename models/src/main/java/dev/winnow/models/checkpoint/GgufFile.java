package dev.winnow.models.checkpoint;

import dev.winnow.models.CheckpointException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of one mapped GGUF file, in GGUF's own names: magic, version, two counts, metadata,
 * tensor directory, padding, data.
 */
record GgufFile(GgufMetadata metadata, Map<String, StoredTensor> tensors) {
  private static final int MAGIC = 0x46554747;
  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_KEYS = 1 << 16;
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_NAME_BYTES = 1024;
  private static final int MAX_RANK = 4;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_ALIGNMENT = 1 << 20;

  private record Entry(String name, List<Long> shape, GgmlType type, long offset, long bytes) {}

  static GgufFile read(Path file, MemorySegment mapped) {
    GgufCursor cursor = new GgufCursor(file, mapped, 0);
    checkVersion(file, cursor.int32("the magic"), cursor);
    int tensorCount = cursor.count("number of tensors", 24, MAX_TENSORS);
    int keyCount = cursor.count("number of keys", 13, MAX_KEYS);
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < keyCount; i++) {
      String key = cursor.string("name of key " + i, MAX_KEY_BYTES);
      Object value = cursor.value(key);
      if (values.put(key, value) != null) {
        throw new CheckpointException(file + ": key " + key + " occurs twice.");
      }
    }
    GgufMetadata metadata = new GgufMetadata(file, values);
    long alignment =
        metadata.integer("general.alignment", 1, MAX_ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
    if (Long.bitCount(alignment) != 1) {
      throw metadata.wrong("general.alignment", alignment, "a power of two");
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      entries.add(readEntry(file, cursor, i, alignment));
    }
    long start = (cursor.position() + alignment - 1) / alignment * alignment;
    // Without tensors there need not be padding.
    MemorySegment data = mapped.asSlice(Math.min(start, mapped.byteSize()));
    return new GgufFile(metadata, locate(file, entries, data));
  }

  private static void checkVersion(Path file, int magic, GgufCursor cursor) {
    if (magic == Integer.reverseBytes(MAGIC)) {
      throw new CheckpointException(
          file + " is a big-endian GGUF file; only little-endian ones are read.");
    }
    if (magic != MAGIC) {
      throw new CheckpointException(
          file + " is not a GGUF file: it does not begin with \"GGUF\". Fetch it again.");
    }
    int version = cursor.int32("the version");
    if (version == 2 || version == 3) {
      return;
    }
    if (Integer.reverseBytes(version) >>> 16 == 0) {
      throw new CheckpointException(
          file
              + " is a big-endian GGUF file (version "
              + Integer.reverseBytes(version)
              + "); only little-endian ones are read. Convert it again for little-endian.");
    }
    throw new CheckpointException(
        file
            + " is GGUF version "
            + Integer.toUnsignedString(version)
            + "; supported are 2 and 3. Convert the model again.");
  }

  private static Entry readEntry(Path file, GgufCursor cursor, int index, long alignment) {
    String name = cursor.string("name of tensor " + index, MAX_NAME_BYTES);
    String where = file + ": tensor " + name;
    int rank = cursor.int32("rank of tensor " + name);
    if (rank < 1 || rank > MAX_RANK) {
      throw new CheckpointException(
          where + " has " + Integer.toUnsignedString(rank) + " dimensions, allowed are 1 to 4.");
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      long dimension = cursor.int64("dimensions of tensor " + name);
      if (dimension < 1) {
        throw new CheckpointException(
            where
                + " has a dimension of "
                + Long.toUnsignedString(dimension)
                + ", allowed are 1 to 2^63 - 1.");
      }
      shape.add(dimension);
    }
    // GGUF counts from the innermost dimension, PyTorch from the outermost.
    Collections.reverse(shape);
    int typeId = cursor.int32("type of tensor " + name);
    GgmlType type =
        GgmlType.of(typeId)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        where
                            + " has the type "
                            + GgmlType.nameOf(typeId)
                            + ", which is not supported. Supported are "
                            + GgmlType.names()
                            + ": get the model quantised as one of these."));
    long rowLength = shape.get(rank - 1);
    if (rowLength % type.blockElements != 0) {
      throw new CheckpointException(
          where
              + " has rows of "
              + rowLength
              + " elements, which is not a multiple of "
              + type
              + "'s block of "
              + type.blockElements
              + ".");
    }
    long bytes;
    try {
      long elements = 1;
      for (long dimension : shape) {
        elements = Math.multiplyExact(elements, dimension);
      }
      bytes = Math.multiplyExact(elements / type.blockElements, (long) type.blockBytes);
    } catch (ArithmeticException e) {
      throw new CheckpointException(where + " has the shape " + shape + ", over 2^63 bytes.", e);
    }
    long offset = cursor.int64("offset of tensor " + name);
    if (offset < 0 || offset % alignment != 0) {
      throw new CheckpointException(
          where
              + " has the offset "
              + Long.toUnsignedString(offset)
              + ", which should be a multiple of general.alignment, "
              + alignment
              + ".");
    }
    return new Entry(name, List.copyOf(shape), type, offset, bytes);
  }

  private static Map<String, StoredTensor> locate(
      Path file, List<Entry> entries, MemorySegment data) {
    entries.sort(Comparator.comparingLong(Entry::offset));
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    long previousEnd = 0;
    String previous = "";
    for (Entry entry : entries) {
      String where = file + ": tensor " + entry.name;
      if (entry.offset > data.byteSize() || entry.bytes > data.byteSize() - entry.offset) {
        throw new CheckpointException(
            where
                + " needs "
                + entry.bytes
                + " bytes at offset "
                + entry.offset
                + ", the data has "
                + data.byteSize()
                + ". The file is truncated or damaged: fetch it again.");
      }
      if (entry.offset < previousEnd) {
        throw new CheckpointException(
            where
                + " at offset "
                + entry.offset
                + " overlaps "
                + previous
                + ", which ends at "
                + previousEnd
                + ".");
      }
      StoredTensor tensor =
          new StoredTensor(
              new TensorInfo(entry.name, entry.type.name(), entry.shape, entry.bytes),
              data.asSlice(entry.offset, entry.bytes),
              entry.type.decoder,
              entry.type.blockElements,
              entry.type.blockBytes,
              0,
              0f);
      if (tensors.put(entry.name, tensor) != null) {
        throw new CheckpointException(where + " occurs twice.");
      }
      previousEnd = entry.offset + entry.bytes;
      previous = entry.name;
    }
    return tensors;
  }
}
