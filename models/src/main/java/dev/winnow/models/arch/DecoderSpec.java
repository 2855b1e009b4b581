package dev.winnow.models.arch;

import dev.winnow.kernels.RotaryConfig;
import dev.winnow.models.ModelConfig;
import java.util.List;

/**
 * A decoder-only model as a list of choices: shapes, blocks and tensor names, no code.
 *
 * @param config shapes, for everybody
 * @param blocks TorchScript resources that make up a layer: one that defines {@code
 *     attention_input}, one that defines {@code attention_output}
 * @param tensors where the weights outside the layers are
 * @param names where the weights of a layer are
 * @param causal whether tokens see no later ones
 * @param layers attention of each layer
 * @param scale factor on the dot products
 * @param normEps {@code rms_norm_eps}
 * @param gainOffset added to every norm gain (Gemma stores {@code gain - 1})
 * @param embeddingScale factor on embeddings
 */
public record DecoderSpec(
    ModelConfig config,
    List<String> blocks,
    TensorNames tensors,
    LayerNames names,
    boolean causal,
    List<LayerAttention> layers,
    double scale,
    double normEps,
    double gainOffset,
    double embeddingScale) {

  /**
   * A causal model whose tensors outside the layers have the names of {@link TensorNames#LLAMA}.
   */
  public DecoderSpec(
      ModelConfig config,
      List<String> blocks,
      LayerNames names,
      List<LayerAttention> layers,
      double scale,
      double normEps,
      double gainOffset,
      double embeddingScale) {
    this(
        config,
        blocks,
        TensorNames.LLAMA,
        names,
        true,
        layers,
        scale,
        normEps,
        gainOffset,
        embeddingScale);
  }

  /**
   * Names of tensors outside the layers, complete.
   *
   * @param embedding the embedding table
   * @param layers what stands before the number of a layer
   * @param finalNorm the norm behind the last layer
   * @param head the output head where it is not the embedding table
   */
  public record TensorNames(String embedding, String layers, String finalNorm, String head) {
    /** The names of {@code LlamaForCausalLM}, which most families share. */
    public static final TensorNames LLAMA =
        new TensorNames(
            "model.embed_tokens.weight", "model.layers.", "model.norm.weight", "lm_head.weight");

    /** What stands before the names of {@code layer}'s tensors. */
    public String layer(int layer) {
      return layers + layer + ".";
    }
  }

  /**
   * Attention of one layer.
   *
   * @param window keys seen back, 0 for all
   * @param rotary rotation
   */
  public record LayerAttention(int window, RotaryConfig rotary) {}

  /**
   * Names below {@link TensorNames#layer}, without {@code .weight}.
   *
   * @param inputNorm norm before attention
   * @param qkv projections in the order q, k, v; one name when they are stored fused
   * @param qkvBias whether they have biases
   * @param queryNorm norm of each query head, or empty
   * @param keyNorm norm of each key head, or empty
   * @param output output projection
   * @param outputBias whether it has a bias
   * @param attentionNorm norm of the attention's output, or empty
   * @param mlpNorm norm before the MLP
   * @param gateUp projections in the order gate, up; one name when they are stored fused
   * @param down MLP output
   * @param mlpBias whether the MLP's projections have biases
   * @param mlpOutputNorm norm of the MLP's output, or empty
   */
  public record LayerNames(
      String inputNorm,
      List<String> qkv,
      boolean qkvBias,
      String queryNorm,
      String keyNorm,
      String output,
      boolean outputBias,
      String attentionNorm,
      String mlpNorm,
      List<String> gateUp,
      String down,
      boolean mlpBias,
      String mlpOutputNorm) {

    /** The names of Llama, which most families share. */
    public static LayerNames llama(boolean qkvBias, boolean outputBias, boolean mlpBias) {
      return new LayerNames(
          "input_layernorm",
          List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
          qkvBias,
          "",
          "",
          "self_attn.o_proj",
          outputBias,
          "",
          "post_attention_layernorm",
          List.of("mlp.gate_proj", "mlp.up_proj"),
          "mlp.down_proj",
          mlpBias,
          "");
    }

    /** With a norm on each query and key head. */
    public LayerNames withHeadNorms(String query, String key) {
      return new LayerNames(
          inputNorm,
          qkv,
          qkvBias,
          query,
          key,
          output,
          outputBias,
          attentionNorm,
          mlpNorm,
          gateUp,
          down,
          mlpBias,
          mlpOutputNorm);
    }

    /** With a norm behind attention, another name for the one before the MLP, and one behind it. */
    public LayerNames withOutputNorms(String attention, String mlp, String mlpOutput) {
      return new LayerNames(
          inputNorm,
          qkv,
          qkvBias,
          queryNorm,
          keyNorm,
          output,
          outputBias,
          attention,
          mlp,
          gateUp,
          down,
          mlpBias,
          mlpOutput);
    }

    /** With fused projections. */
    public LayerNames withFused(String fusedQkv, String fusedGateUp) {
      return new LayerNames(
          inputNorm,
          List.of(fusedQkv),
          qkvBias,
          queryNorm,
          keyNorm,
          output,
          outputBias,
          attentionNorm,
          mlpNorm,
          List.of(fusedGateUp),
          down,
          mlpBias,
          mlpOutputNorm);
    }
  }

  /** Whether the residual stream may be kept in a rotated basis: no gain acts on it directly. */
  public boolean residualRotates() {
    return names.attentionNorm().isEmpty() && names.mlpOutputNorm().isEmpty();
  }
}
