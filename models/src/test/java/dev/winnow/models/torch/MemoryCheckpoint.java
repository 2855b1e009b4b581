package dev.winnow.models.torch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Random weights for a configuration, in memory. */
final class MemoryCheckpoint implements Checkpoint {
  private final ObjectNode config;
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  MemoryCheckpoint(ObjectNode config, long seed) {
    this.config = config;
    Random random = new Random(seed);
    ExpectedTensors.of(Architectures.spec(config, "test"))
        .shapes()
        .forEach((name, shape) -> add(name, shape, random));
  }

  private void add(String name, List<Long> shape, Random random) {
    TensorInfo info = new TensorInfo(name, "F32", shape, 0);
    float[] tensor = new float[(int) info.elements()];
    double scale = name.endsWith(".bias") ? 0.5 : 1.5 / Math.sqrt(info.rowLength());
    for (int i = 0; i < tensor.length; i++) {
      double gaussian = random.nextGaussian();
      tensor[i] =
          (float)
              (shape.size() == 1 && !name.endsWith(".bias")
                  ? 1 + 0.3 * gaussian
                  : scale * gaussian);
    }
    values.put(name, tensor);
    tensors.put(name, new TensorInfo(name, "F32", shape, 4L * tensor.length));
  }

  /** The tensor {@code name}, or null. */
  float[] tensor(String name) {
    return values.get(name);
  }

  @Override
  public Path source() {
    return Path.of("memory");
  }

  @Override
  public String format() {
    return "memory";
  }

  @Override
  public ObjectNode config() {
    return config;
  }

  @Override
  public Optional<ObjectNode> generationConfig() {
    return Optional.empty();
  }

  @Override
  public Optional<byte[]> tokenizerJson() {
    return Optional.empty();
  }

  @Override
  public Optional<ObjectNode> tokenizerConfig() {
    return Optional.empty();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(String name, long firstRow, long rows, MemorySegment destination) {
    long width = tensors.get(name).rowLength();
    MemorySegment.copy(
        MemorySegment.ofArray(values.get(name)),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        4 * firstRow * width,
        destination,
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        0,
        rows * width);
  }

  @Override
  public void close() {}
}
