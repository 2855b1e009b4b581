package dev.winnow.models.checkpoint;

import dev.winnow.models.CheckpointException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads GGUF's primitive values in sequence, allocating nothing before the bytes for it are known
 * to be there.
 */
final class GgufCursor {
  private static final int UINT8 = 0;
  private static final int INT8 = 1;
  private static final int UINT16 = 2;
  private static final int INT16 = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int UINT64 = 10;
  private static final int INT64 = 11;
  private static final int FLOAT64 = 12;

  private static final int MAX_NESTING = 4;

  /** Elements of all arrays together; the largest vocabularies with merges have a million. */
  private static final long MAX_ARRAY_ELEMENTS = 8L << 20;

  /** Bytes of all strings together. */
  private static final long MAX_STRING_BYTES = 128L << 20;

  private final Path file;
  private final MemorySegment segment;
  private long position;
  private long arrayElements;
  private long stringBytes;

  GgufCursor(Path file, MemorySegment segment, long position) {
    this.file = file;
    this.segment = segment;
    this.position = position;
  }

  long position() {
    return position;
  }

  long remaining() {
    return segment.byteSize() - position;
  }

  int int32(String what) {
    require(Integer.BYTES, what);
    int value = segment.get(Decoder.Little.INT, position);
    position += Integer.BYTES;
    return value;
  }

  long int64(String what) {
    require(Long.BYTES, what);
    long value = segment.get(Decoder.Little.LONG, position);
    position += Long.BYTES;
    return value;
  }

  /** A count of things that take at least {@code minBytes} each, so it cannot exceed the file. */
  int count(String what, long minBytes, long limit) {
    return count(int64(what), what, minBytes, limit);
  }

  private int count(long count, String what, long minBytes, long limit) {
    long room = Math.min(limit, remaining() / minBytes);
    if (count < 0 || count > room) {
      throw new CheckpointException(
          file
              + ": "
              + what
              + " is "
              + Long.toUnsignedString(count)
              + ", allowed are 0 to "
              + room
              + " in the "
              + remaining()
              + " bytes left. The file is truncated or damaged: fetch it again.");
    }
    return (int) count;
  }

  String string(String what, int limit) {
    int length = count(int64(what), what, 1, limit);
    stringBytes += length;
    if (stringBytes > MAX_STRING_BYTES) {
      throw new CheckpointException(
          file + ": strings take more than " + MAX_STRING_BYTES + " bytes, the most allowed.");
    }
    if (length == 0) {
      return "";
    }
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, bytes, 0, length);
    position += length;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The value of a metadata key, as {@link GgufMetadata} describes it. */
  Object value(String key) {
    return value(key, int32("type of key " + key), 0);
  }

  private Object value(String key, int type, int depth) {
    String what = "key " + key;
    return switch (type) {
      case UINT8 -> (long) Byte.toUnsignedInt(int8(what));
      case INT8 -> (long) int8(what);
      case UINT16 -> (long) Short.toUnsignedInt(int16(what));
      case INT16 -> (long) int16(what);
      case UINT32 -> Integer.toUnsignedLong(int32(what));
      case INT32 -> (long) int32(what);
      case UINT64 -> uint64(what);
      case INT64 -> int64(what);
      case FLOAT32, FLOAT64 -> floating(type, what);
      case BOOL -> bool(what);
      case STRING -> string(what, Integer.MAX_VALUE - 8);
      case ARRAY -> array(key, depth);
      default -> throw unknownType(what, type);
    };
  }

  private Double floating(int type, String what) {
    return type == FLOAT32
        ? Float.intBitsToFloat(int32(what))
        : Double.longBitsToDouble(int64(what));
  }

  private Long uint64(String what) {
    long value = int64(what);
    if (value < 0) {
      throw new CheckpointException(
          file + ": " + what + " is " + Long.toUnsignedString(value) + ", above 2^63 - 1.");
    }
    return value;
  }

  private Object array(String key, int depth) {
    String what = "key " + key;
    if (depth == MAX_NESTING) {
      throw new CheckpointException(
          file + ": " + what + " nests arrays more than " + MAX_NESTING + " deep.");
    }
    int type = int32("element type of " + what);
    int width = width(type, what);
    int length = count("array length of " + what, width, MAX_ARRAY_ELEMENTS - arrayElements);
    arrayElements += length;
    return switch (type) {
      case STRING -> {
        String[] strings = new String[length];
        Arrays.setAll(strings, i -> string(what, Integer.MAX_VALUE - 8));
        yield List.of(strings);
      }
      case BOOL -> {
        Boolean[] flags = new Boolean[length];
        Arrays.setAll(flags, i -> bool(what));
        yield List.of(flags);
      }
      case ARRAY -> {
        List<Object> nested = new ArrayList<>();
        for (int i = 0; i < length; i++) {
          nested.add(array(key, depth + 1));
        }
        yield List.copyOf(nested);
      }
      case FLOAT32 -> block(length, width).toArray(Decoder.Little.FLOAT);
      case FLOAT64 -> block(length, width).toArray(Decoder.Little.DOUBLE);
      case INT32 -> block(length, width).toArray(Decoder.Little.INT);
      case UINT64, INT64 -> block(length, width).toArray(Decoder.Little.LONG);
      case UINT32 -> {
        long[] wide = new long[length];
        Arrays.setAll(wide, i -> Integer.toUnsignedLong(int32(what)));
        yield wide;
      }
      default -> {
        int[] narrow = new int[length];
        Arrays.setAll(narrow, i -> Math.toIntExact((Long) value(key, type, depth)));
        yield narrow;
      }
    };
  }

  private MemorySegment block(int length, int width) {
    MemorySegment slice = segment.asSlice(position, (long) length * width);
    position += slice.byteSize();
    return slice;
  }

  /** Bytes an element takes at least. */
  private int width(int type, String what) {
    return switch (type) {
      case UINT8, INT8, BOOL -> 1;
      case UINT16, INT16 -> 2;
      case UINT32, INT32, FLOAT32 -> 4;
      case UINT64, INT64, FLOAT64, STRING -> 8;
      case ARRAY -> 12;
      default -> throw unknownType(what, type);
    };
  }

  private CheckpointException unknownType(String what, int type) {
    return new CheckpointException(
        file
            + ": "
            + what
            + " has the value type "
            + Integer.toUnsignedString(type)
            + ", allowed are 0 to 12. The file is damaged: fetch it again.");
  }

  private byte int8(String what) {
    require(1, what);
    return segment.get(ValueLayout.JAVA_BYTE, position++);
  }

  private short int16(String what) {
    require(Short.BYTES, what);
    short value = segment.get(Decoder.Little.SHORT, position);
    position += Short.BYTES;
    return value;
  }

  private boolean bool(String what) {
    byte value = int8(what);
    if (value != 0 && value != 1) {
      throw new CheckpointException(
          file + ": " + what + " is a boolean of value " + value + ", allowed are 0 and 1.");
    }
    return value == 1;
  }

  private void require(int bytes, String what) {
    if (remaining() < bytes) {
      throw new CheckpointException(
          file
              + " ends within "
              + what
              + ": "
              + remaining()
              + " bytes left, "
              + bytes
              + " needed. The file is truncated: fetch it again.");
    }
  }
}
