package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Sizes of a Llama decoder with tied embeddings.
 *
 * @param vocabSize tokens
 * @param hiddenSize width of the residual stream
 * @param layers decoder layers
 * @param heads query heads
 * @param kvHeads key and value heads
 * @param headDim width of a head, even
 * @param intermediateSize width of the gated MLP
 * @param ropeTheta base of the rotary frequencies
 * @param normEpsilon added under the root of RMS norms
 * @param positions longest sequence the checkpoint claims, in tokens
 */
public record LlamaShape(
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int intermediateSize,
    double ropeTheta,
    double normEpsilon,
    int positions) {

  /** Checks that the sizes fit each other. */
  public LlamaShape {
    if (heads % kvHeads != 0 || headDim % 2 != 0 || layers < 1) {
      throw new IllegalArgumentException(
          ("heads must be a multiple of kvHeads, headDim even and layers >= 1, got %d, %d, %d and"
                  + " %d")
              .formatted(heads, kvHeads, headDim, layers));
    }
  }

  /** Its {@code config.json}, of weights in float16 and without token ids. */
  ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("vocab_size", vocabSize)
        .put("hidden_size", hiddenSize)
        .put("intermediate_size", intermediateSize)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", kvHeads)
        .put("head_dim", headDim)
        .put("hidden_act", "silu")
        .put("max_position_embeddings", positions)
        .put("rms_norm_eps", normEpsilon)
        .put("rope_theta", ropeTheta)
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("tie_word_embeddings", true)
        .put("torch_dtype", "float16");
  }
}
