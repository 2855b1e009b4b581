package dev.winnow.bench.grid;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint of a given shape whose weights are computed when they are read: the same ones every
 * time, spread so that activations keep their size from layer to layer.
 */
public final class SyntheticCheckpoint implements Checkpoint {
  private final ModelShape shape;
  private final int positions;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  /** A checkpoint of {@code shape} that claims a context of {@code positions} tokens. */
  public SyntheticCheckpoint(ModelShape shape, int positions) {
    this.shape = shape;
    this.positions = positions;
    long hidden = shape.hiddenSize();
    long inner = shape.intermediateSize();
    long kv = (long) shape.kvHeads() * shape.headDim();
    add("model.embed_tokens.weight", shape.vocabSize(), hidden);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      add(prefix + "input_layernorm.weight", hidden);
      projection(prefix + "self_attn.q_proj", hidden, hidden);
      projection(prefix + "self_attn.k_proj", kv, hidden);
      projection(prefix + "self_attn.v_proj", kv, hidden);
      add(prefix + "self_attn.o_proj.weight", hidden, hidden);
      add(prefix + "post_attention_layernorm.weight", hidden);
      add(prefix + "mlp.gate_proj.weight", inner, hidden);
      add(prefix + "mlp.up_proj.weight", inner, hidden);
      add(prefix + "mlp.down_proj.weight", hidden, inner);
    }
    add("model.norm.weight", hidden);
    if (!shape.tied()) {
      add("lm_head.weight", shape.vocabSize(), hidden);
    }
  }

  private void projection(String name, long rows, long columns) {
    add(name + ".weight", rows, columns);
    if (shape.modelType().equals("qwen2")) {
      add(name + ".bias", rows);
    }
  }

  private void add(String name, long length) {
    add(name, List.of(length));
  }

  private void add(String name, long rows, long columns) {
    add(name, List.of(rows, columns));
  }

  private void add(String name, List<Long> dimensions) {
    long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
    tensors.put(name, new TensorInfo(name, "F32", dimensions, elements * Float.BYTES));
  }

  @Override
  public Path source() {
    return Path.of("synthetic-" + shape.name());
  }

  @Override
  public String format() {
    return "synthetic";
  }

  @Override
  public ObjectNode config() {
    return shape.config(positions);
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
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, long firstRow, long rows, MemorySegment destination) {
    TensorInfo info = tensors.get(name);
    boolean norm = name.endsWith("norm.weight");
    int columns = Math.toIntExact(info.rowLength());
    // Uniform in +-spread with the variance of a matrix that keeps the size of what it maps.
    float spread = (float) Math.sqrt(3.0 / columns);
    float[] row = new float[columns];
    for (long i = 0; i < rows; i++) {
      long state = mix(name.hashCode() * 0x9E3779B97F4A7C15L + firstRow + i);
      for (int j = 0; j < columns; j++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        row[j] = norm ? 1 : spread * (int) state * 0x1p-31f;
      }
      MemorySegment.copy(
          row,
          0,
          destination,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          i * columns * Float.BYTES,
          columns);
    }
  }

  /** Spreads neighbouring seeds, and never gives the one state that xorshift cannot leave. */
  private static long mix(long seed) {
    long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) | 1;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
