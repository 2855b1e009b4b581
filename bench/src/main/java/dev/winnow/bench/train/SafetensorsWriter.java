package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes float16 safetensors files. */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * Writes {@code values}, one array for each parameter, to {@code file}; those that are not kept
   * are left out.
   */
  static void write(Path file, List<Parameter> parameters, List<float[]> values)
      throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode header = mapper.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    List<Parameter> kept = parameters.stream().filter(Parameter::kept).toList();
    for (Parameter parameter : kept) {
      ObjectNode tensor = header.putObject(parameter.name()).put("dtype", "F16");
      for (long dimension : parameter.dimensions()) {
        tensor.withArray("shape").add(dimension);
      }
      long end = offset + (long) parameter.size() * Short.BYTES;
      tensor.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String json = mapper.writeValueAsString(header);
    json += " ".repeat(Math.floorMod(-json.length(), ALIGNMENT));
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(littleEndian(Long.BYTES).putLong(head.length).array());
      out.write(head);
      for (int i = 0; i < values.size(); i++) {
        if (!parameters.get(i).kept()) {
          continue;
        }
        float[] tensor = values.get(i);
        ByteBuffer bytes = littleEndian(tensor.length * Short.BYTES);
        for (float value : tensor) {
          bytes.putShort(Float.floatToFloat16(value));
        }
        out.write(bytes.array());
      }
    }
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
