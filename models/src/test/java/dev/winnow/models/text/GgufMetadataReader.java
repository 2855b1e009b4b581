package dev.winnow.models.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the metadata of a well-formed GGUF file; enough for tests, checks nothing. */
final class GgufMetadataReader {
  private final ByteBuffer in;

  private GgufMetadataReader(ByteBuffer in) {
    this.in = in;
  }

  static Map<String, Object> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return new GgufMetadataReader(in.order(ByteOrder.LITTLE_ENDIAN)).metadata();
    }
  }

  private Map<String, Object> metadata() {
    in.position(16);
    long count = in.getLong();
    Map<String, Object> values = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = string();
      values.put(key, value(in.getInt()));
    }
    return values;
  }

  private String string() {
    byte[] bytes = new byte[(int) in.getLong()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Object value(int type) {
    return switch (type) {
      case 0, 1 -> (int) in.get();
      case 2, 3 -> (int) in.getShort();
      case 4, 5 -> in.getInt();
      case 6 -> in.getFloat();
      case 7 -> in.get() != 0;
      case 8 -> string();
      case 9 -> array(in.getInt(), (int) in.getLong());
      case 10, 11 -> in.getLong();
      case 12 -> in.getDouble();
      default -> throw new IllegalArgumentException("GGUF type " + type);
    };
  }

  private Object array(int type, int length) {
    if (type == 4 || type == 5) {
      int[] ints = new int[length];
      in.slice().order(in.order()).asIntBuffer().get(ints);
      in.position(in.position() + 4 * length);
      return ints;
    }
    if (type == 6) {
      float[] floats = new float[length];
      in.slice().order(in.order()).asFloatBuffer().get(floats);
      in.position(in.position() + 4 * length);
      return floats;
    }
    List<Object> list = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      list.add(value(type));
    }
    return list;
  }
}
