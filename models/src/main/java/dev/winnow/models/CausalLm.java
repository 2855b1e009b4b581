package dev.winnow.models;

import dev.winnow.kernels.Buffer;

/**
 * A decoder-only language model with its weights, exposing the seams between which attention and
 * techniques sit: it never sees a KV cache.
 *
 * <p>One step is {@code embed}, then per layer {@code attentionInput}, attention by someone else,
 * {@code attentionOutput}, then {@code logits}. Every method returns the floating-point operations
 * of the matrix products it executed, two per multiply-add; norms and activations are not counted.
 * Safe for use by several threads, each with its own {@link Workspace}.
 */
public interface CausalLm extends AutoCloseable {

  /** The checkpoint's configuration. */
  ModelConfig config();

  /** How the matrices are held. */
  WeightFormat weights();

  /** Bytes that the weights take in memory. */
  long weightBytes();

  /** Attention of {@code layer}. */
  AttentionSpec attention(int layer);

  /** Allocates activations for up to {@code capacity} rows at once. */
  Workspace newWorkspace(int capacity);

  /**
   * Fills the residual stream with the embeddings of {@code ids}; sets the workspace's rows.
   *
   * @throws IllegalArgumentException if there are no ids, more than the capacity, or one outside
   *     the vocabulary
   */
  void embed(Workspace workspace, int[] ids);

  /** Norm and the q, k, v projections of {@code layer}: fills queries, keys and values. */
  long attentionInput(Workspace workspace, int layer);

  /** Output projection, residual, norm, MLP, residual of {@code layer}: updates hidden. */
  long attentionOutput(Workspace workspace, int layer);

  /** Operations that {@code attentionInput} and {@code attentionOutput} execute per row. */
  long layerFlops(int layer);

  /** Operations that {@link #logits} executes per row. */
  long headFlops();

  /**
   * Final norm and output head of rows {@code [firstRow, firstRow + rows)}.
   *
   * @return float32 {@code [rows, vocabSize]}, owned by the workspace, valid until its next call
   */
  Buffer logits(Workspace workspace, int firstRow, int rows);

  @Override
  void close();
}
