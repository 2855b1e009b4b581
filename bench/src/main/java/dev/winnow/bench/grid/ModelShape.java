package dev.winnow.bench.grid;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The sizes of a known model, in Hugging Face's terms, for a synthetic one that runs as fast.
 *
 * @param name what it is called on the command line
 * @param modelType {@code model_type}
 * @param hiddenSize {@code hidden_size}
 * @param intermediateSize {@code intermediate_size}
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param kvHeads {@code num_key_value_heads}
 * @param vocabSize {@code vocab_size}
 * @param tied {@code tie_word_embeddings}
 * @param ropeTheta {@code rope_theta}
 */
public record ModelShape(
    String name,
    String modelType,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int vocabSize,
    boolean tied,
    double ropeTheta) {

  /** Known shapes, from the config.json of each release. */
  public static final List<ModelShape> KNOWN =
      List.of(
          new ModelShape("smollm2-135m", "llama", 576, 1536, 30, 9, 3, 49152, true, 100_000),
          new ModelShape("smollm2-360m", "llama", 960, 2560, 32, 15, 5, 49152, true, 100_000),
          new ModelShape("qwen2.5-0.5b", "qwen2", 896, 4864, 24, 14, 2, 151936, true, 1_000_000),
          new ModelShape("tinyllama-1.1b", "llama", 2048, 5632, 22, 32, 4, 32000, false, 10_000),
          new ModelShape("llama-3.2-1b", "llama", 2048, 8192, 16, 32, 8, 128256, true, 500_000));

  /**
   * The shape called {@code name}.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static ModelShape of(String name) {
    return KNOWN.stream()
        .filter(shape -> shape.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "shape must be one of %s, got '%s'"
                        .formatted(
                            KNOWN.stream().map(ModelShape::name).collect(Collectors.joining(", ")),
                            name)));
  }

  /** Elements of a head. */
  public int headDim() {
    return hiddenSize / heads;
  }

  /** A {@code config.json} for a context of {@code positions} tokens. */
  ObjectNode config(int positions) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("model_type", modelType)
        .put("hidden_act", "silu")
        .put("hidden_size", hiddenSize)
        .put("intermediate_size", intermediateSize)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", kvHeads)
        .put("vocab_size", vocabSize)
        .put("max_position_embeddings", positions)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", ropeTheta)
        .put("tie_word_embeddings", tied);
  }
}
