package dev.winnow.models.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files of version 3. */
public final class GgufWriter {
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private int version = 3;
  private int alignment = 32;

  @SuppressWarnings("ArrayRecordComponent")
  private record Tensor(String name, GgufQuantiser type, long[] shape, byte[] data) {}

  /**
   * Sets a key: {@code Integer} becomes uint32, {@code Long} uint64, {@code Float}, {@code
   * Boolean}, {@code String}, {@code List<String>}, {@code int[]} and {@code float[]} what they are
   * called.
   */
  public GgufWriter put(String key, Object value) {
    metadata.put(key, value);
    return this;
  }

  /** Drops a key. */
  public GgufWriter remove(String key) {
    metadata.remove(key);
    return this;
  }

  /** Another version than 3. */
  public GgufWriter version(int value) {
    version = value;
    return this;
  }

  /** Another alignment than 32, declared as {@code general.alignment}. */
  public GgufWriter alignment(int value) {
    alignment = value;
    return put("general.alignment", value);
  }

  /**
   * Appends a tensor.
   *
   * @param shape outermost dimension first, as PyTorch has it
   */
  public GgufWriter tensor(String name, GgufQuantiser type, long[] shape, float... values) {
    return raw(name, type, shape, type.quantise(values));
  }

  /** Appends a tensor of given bytes. */
  public GgufWriter raw(String name, GgufQuantiser type, long[] shape, byte[] data) {
    tensors.add(new Tensor(name, type, shape.clone(), data));
    return this;
  }

  /** The bytes of the file. */
  public byte[] toBytes() {
    Out out = new Out();
    out.i32(0x46554747);
    out.i32(version);
    out.i64(tensors.size());
    out.i64(metadata.size());
    metadata.forEach(
        (key, value) -> {
          out.string(key);
          out.value(value);
        });
    long offset = 0;
    for (Tensor tensor : tensors) {
      out.string(tensor.name);
      out.i32(tensor.shape.length);
      for (int i = tensor.shape.length - 1; i >= 0; i--) {
        out.i64(tensor.shape[i]);
      }
      out.i32(tensor.type.id());
      out.i64(offset);
      offset += aligned(tensor.data.length);
    }
    out.pad(alignment);
    for (Tensor tensor : tensors) {
      out.bytes.writeBytes(tensor.data);
      out.pad(alignment);
    }
    return out.bytes.toByteArray();
  }

  /**
   * Writes the file.
   *
   * @return the file
   */
  public Path write(Path file) {
    try {
      return Files.write(file, toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long aligned(long size) {
    return (size + alignment - 1) / alignment * alignment;
  }

  private static final class Out {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void i32(int value) {
      bytes.writeBytes(little(4).putInt(value).array());
    }

    void i64(long value) {
      bytes.writeBytes(little(8).putLong(value).array());
    }

    void string(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      i64(utf8.length);
      bytes.writeBytes(utf8);
    }

    void pad(int alignment) {
      while (bytes.size() % alignment != 0) {
        bytes.write(0);
      }
    }

    @SuppressWarnings("IfChainToSwitch") // The formatter cannot parse switches over types.
    void value(Object value) {
      if (value instanceof Integer number) {
        i32(4);
        i32(number);
      } else if (value instanceof Long number) {
        i32(10);
        i64(number);
      } else if (value instanceof Float number) {
        i32(6);
        i32(Float.floatToRawIntBits(number));
      } else if (value instanceof Boolean flag) {
        i32(7);
        bytes.write(flag ? 1 : 0);
      } else if (value instanceof String text) {
        i32(8);
        string(text);
      } else if (value instanceof List<?> texts) {
        i32(9);
        i32(8);
        i64(texts.size());
        texts.forEach(text -> string((String) text));
      } else if (value instanceof int[] numbers) {
        i32(9);
        i32(5);
        i64(numbers.length);
        for (int number : numbers) {
          i32(number);
        }
      } else if (value instanceof float[] numbers) {
        i32(9);
        i32(6);
        i64(numbers.length);
        for (float number : numbers) {
          i32(Float.floatToRawIntBits(number));
        }
      } else {
        throw new IllegalArgumentException("No GGUF type for " + value);
      }
    }

    private static ByteBuffer little(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
