package dev.winnow.engine.technique;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.Kernels;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.ModelConfig;
import java.util.List;

/**
 * What a technique may know about the sequence it is opened for.
 *
 * @param config the model's configuration
 * @param attention attention of each layer
 * @param kernels the kernels to compute with
 * @param kv how keys and values are stored
 * @param maxTokens the most tokens the sequence may have
 */
public record SequenceContext(
    ModelConfig config, List<AttentionSpec> attention, Kernels kernels, DType kv, int maxTokens) {
  /** Copies the list. */
  public SequenceContext {
    attention = List.copyOf(attention);
  }
}
