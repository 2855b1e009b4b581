package dev.winnow.models;

import java.util.List;
import java.util.OptionalInt;

/**
 * What the loop and the reports need to know about a decoder-only model, in Hugging Face's terms.
 *
 * @param modelType {@code model_type}, such as {@code llama}
 * @param vocabSize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}
 * @param intermediateSize {@code intermediate_size}
 * @param layers {@code num_hidden_layers}
 * @param heads {@code num_attention_heads}
 * @param kvHeads {@code num_key_value_heads}
 * @param headDim {@code head_dim}
 * @param maxPositionEmbeddings longest context, {@code max_position_embeddings}
 * @param tiedEmbeddings whether the output head is the embedding table
 * @param eosTokenIds {@code eos_token_id} of the model config; may be empty
 * @param maskTokenId {@code mask_token_id} of a masked diffusion model, whose attention is
 *     bidirectional; empty for models that generate token by token
 */
public record ModelConfig(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int maxPositionEmbeddings,
    boolean tiedEmbeddings,
    List<Integer> eosTokenIds,
    OptionalInt maskTokenId) {

  /** A model that generates token by token. */
  public ModelConfig(
      String modelType,
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int maxPositionEmbeddings,
      boolean tiedEmbeddings,
      List<Integer> eosTokenIds) {
    this(
        modelType,
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        maxPositionEmbeddings,
        tiedEmbeddings,
        eosTokenIds,
        OptionalInt.empty());
  }
}
