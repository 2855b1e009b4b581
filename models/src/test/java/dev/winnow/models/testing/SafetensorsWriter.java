package dev.winnow.models.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes small safetensors files, sound ones and, through {@link #entry}, damaged ones. */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode header = JSON.createObjectNode();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** Starts with {@code __metadata__}, as PyTorch's writer does. */
  public SafetensorsWriter() {
    header.putObject("__metadata__").put("format", "pt");
  }

  /** Appends a tensor, storing the values as {@code F32}, {@code F16}, {@code BF16} or integers. */
  public SafetensorsWriter tensor(String name, String dtype, long[] shape, float... values) {
    byte[] bytes = encode(dtype, values);
    long begin = data.size();
    data.writeBytes(bytes);
    return entry(name, dtype, shape, begin, data.size());
  }

  /** Adds an entry to the header alone, right or wrong. */
  public SafetensorsWriter entry(String name, String dtype, long[] shape, long begin, long end) {
    ObjectNode entry = header.putObject(name).put("dtype", dtype);
    var dimensions = entry.putArray("shape");
    for (long dimension : shape) {
      dimensions.add(dimension);
    }
    entry.putArray("data_offsets").add(begin).add(end);
    return this;
  }

  /** The header as JSON. */
  public String headerJson() {
    return header.toString();
  }

  /** The bytes of the file. */
  public byte[] toBytes() {
    return assemble(headerJson(), data.toByteArray());
  }

  /** Writes the file. */
  public void write(Path file) {
    try {
      Files.write(file, toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the given header and data, right or wrong. */
  public static byte[] assemble(String headerJson, byte[] data) {
    byte[] json = headerJson.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  /** Little-endian bytes of the values as {@code dtype}. */
  public static byte[] encode(String dtype, float... values) {
    int size =
        switch (dtype) {
          case "F64", "I64" -> 8;
          case "F32", "I32" -> 4;
          case "F16", "BF16", "I16" -> 2;
          case "I8", "U8", "BOOL" -> 1;
          default -> throw new IllegalArgumentException(dtype);
        };
    ByteBuffer bytes = ByteBuffer.allocate(values.length * size).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case "F64" -> bytes.putDouble(value);
        case "F32" -> bytes.putFloat(value);
        case "F16" -> bytes.putShort(Float.floatToFloat16(value));
        case "BF16" -> bytes.putShort(toBfloat16(value));
        case "I64" -> bytes.putLong((long) value);
        case "I32" -> bytes.putInt((int) value);
        case "I16" -> bytes.putShort((short) value);
        default -> bytes.put((byte) value);
      }
    }
    return bytes.array();
  }

  /** Rounds to nearest, ties to even. */
  public static short toBfloat16(float value) {
    int bits = Float.floatToIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
