package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.winnow.models.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of one mapped safetensors file: a little-endian length, that many bytes of JSON, then
 * the tensors back to back.
 *
 * <p>Parsed token by token, because a tree of a hostile header could fill the heap.
 */
final class SafetensorsHeader {
  private static final long MAX_HEADER_BYTES = 100_000_000;
  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_RANK = 8;

  private final Path file;
  private final MemorySegment data;
  private final List<Entry> entries = new ArrayList<>();

  private record Entry(String name, SafetensorsType type, List<Long> shape, long begin, long end) {}

  private SafetensorsHeader(Path file, MemorySegment data) {
    this.file = file;
    this.data = data;
  }

  /**
   * Parses and checks.
   *
   * @return tensors by name, in the order of their data
   * @throws CheckpointException if the file is damaged
   */
  static Map<String, StoredTensor> read(Path file, MemorySegment mapped) {
    if (mapped.byteSize() < Long.BYTES) {
      throw new CheckpointException(
          file
              + " has "
              + mapped.byteSize()
              + " bytes, too few for a safetensors file. It is truncated: fetch it again.");
    }
    long length = mapped.get(Decoder.Little.LONG, 0);
    long room = Math.min(MAX_HEADER_BYTES, mapped.byteSize() - Long.BYTES);
    if (length < 2 || length > room) {
      throw new CheckpointException(
          file
              + ": header length is "
              + Long.toUnsignedString(length)
              + ", allowed are 2 to "
              + room
              + ". The file is truncated or not safetensors: fetch it again.");
    }
    byte[] json = mapped.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    SafetensorsHeader header = new SafetensorsHeader(file, mapped.asSlice(Long.BYTES + length));
    header.parse(json);
    return header.locate();
  }

  private void parse(byte[] json) {
    try (JsonParser parser = CheckpointFiles.JSON.createParser(new ByteArrayInputStream(json))) {
      expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "the header");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("__metadata__")) {
          parser.skipChildren();
        } else {
          expect(parser, value, JsonToken.START_OBJECT, "tensor " + name);
          entries.add(parseEntry(parser, name));
          if (entries.size() > MAX_TENSORS) {
            throw new CheckpointException(
                file + " lists more than " + MAX_TENSORS + " tensors, the most allowed.");
          }
        }
      }
      if (parser.nextToken() != null) {
        throw new CheckpointException(file + ": header has content after its JSON object.");
      }
    } catch (JsonProcessingException e) {
      throw CheckpointFiles.badJson(file + ": header", e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": header cannot be read: " + e, e);
    }
  }

  private Entry parseEntry(JsonParser parser, String name) throws IOException {
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      String where = "tensor " + name + ", key " + key;
      switch (key) {
        case "dtype" -> {
          expect(parser, value, JsonToken.VALUE_STRING, where);
          dtype = parser.getText();
        }
        case "shape" -> shape = parseNumbers(parser, value, MAX_RANK, where);
        case "data_offsets" -> offsets = parseNumbers(parser, value, 2, where);
        default ->
            throw new CheckpointException(
                file + ": " + where + " is unknown; allowed are dtype, shape, data_offsets.");
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw new CheckpointException(
          file
              + ": tensor "
              + name
              + " needs dtype, shape and two data_offsets; got dtype "
              + dtype
              + ", shape "
              + shape
              + ", data_offsets "
              + offsets);
    }
    String refused = dtype;
    SafetensorsType type =
        SafetensorsType.named(dtype)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        file
                            + ": tensor "
                            + name
                            + " has dtype "
                            + refused
                            + ", which is not supported. Supported are "
                            + SafetensorsType.names()
                            + ": convert the checkpoint."));
    return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private List<Long> parseNumbers(JsonParser parser, JsonToken first, int limit, String where)
      throws IOException {
    expect(parser, first, JsonToken.START_ARRAY, where);
    List<Long> numbers = new ArrayList<>(4);
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      expect(parser, token, JsonToken.VALUE_NUMBER_INT, where);
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || parser.getLongValue() < 0) {
        throw new CheckpointException(
            file + ": " + where + " holds a number out of range; allowed are 0 to 2^63 - 1.");
      }
      numbers.add(parser.getLongValue());
      if (numbers.size() > limit) {
        throw new CheckpointException(
            file + ": " + where + " has more than " + limit + " numbers.");
      }
    }
    return List.copyOf(numbers);
  }

  private void expect(JsonParser parser, JsonToken token, JsonToken expected, String where)
      throws IOException {
    if (token != expected) {
      throw new CheckpointException(
          file
              + ": "
              + where
              + " should be "
              + expected
              + ", got "
              + (token == null ? "the end of the header" : token)
              + " at byte "
              + parser.currentTokenLocation().getByteOffset()
              + " of the header.");
    }
  }

  /** Checks that the tensors tile the data without holes or overlaps, as the format demands. */
  private Map<String, StoredTensor> locate() {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    long previousEnd = 0;
    String previous = "the start of the data";
    for (Entry entry : entries) {
      String where = file + ": tensor " + entry.name + ", key data_offsets";
      if (entry.end < entry.begin || entry.end > data.byteSize()) {
        throw new CheckpointException(
            where
                + " is ["
                + entry.begin
                + ", "
                + entry.end
                + "], the data has "
                + data.byteSize()
                + " bytes. The file is truncated or damaged: fetch it again.");
      }
      if (entry.begin != previousEnd) {
        throw new CheckpointException(
            where
                + " begins at "
                + entry.begin
                + (entry.begin < previousEnd ? ", overlapping " : ", leaving a hole after ")
                + previous
                + ", which ends at "
                + previousEnd
                + ".");
      }
      long bytes = entry.end - entry.begin;
      checkSize(entry, bytes);
      TensorInfo info = new TensorInfo(entry.name, entry.type.name(), entry.shape, bytes);
      tensors.put(
          entry.name,
          new StoredTensor(
              info, data.asSlice(entry.begin, bytes), entry.type.decoder, entry.type.bytes));
      previousEnd = entry.end;
      previous = entry.name;
    }
    if (previousEnd != data.byteSize()) {
      throw new CheckpointException(
          file
              + ": "
              + (data.byteSize() - previousEnd)
              + " bytes after "
              + previous
              + " belong to no tensor. The file is damaged: fetch it again.");
    }
    return tensors;
  }

  private void checkSize(Entry entry, long bytes) {
    long needed;
    try {
      needed = entry.type.bytes;
      for (long dimension : entry.shape) {
        needed = Math.multiplyExact(needed, dimension);
      }
    } catch (ArithmeticException e) {
      throw new CheckpointException(
          file + ": tensor " + entry.name + ", key shape " + entry.shape + " overflows 63 bits.",
          e);
    }
    if (needed != bytes) {
      throw new CheckpointException(
          file
              + ": tensor "
              + entry.name
              + " of "
              + entry.type
              + " "
              + entry.shape
              + " needs "
              + needed
              + " bytes, data_offsets give "
              + bytes
              + ".");
    }
  }
}
