package dev.winnow.models;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;

/**
 * The activations of the tokens being computed, shared between TorchScript and the kernels without
 * copies. One sequence uses it at a time.
 */
public interface Workspace extends AutoCloseable {
  /** The most rows it can hold. */
  int capacity();

  /** Rows (tokens) in it now. */
  int rows();

  /** Residual stream, float32 {@code [rows, hiddenSize]}; its basis is the model's own business. */
  Buffer hidden();

  /**
   * Un-rotated queries of the layer at hand, {@code [rows, heads, headDim]}; may be overwritten.
   */
  HeadsView queries();

  /** Un-rotated keys of the layer at hand, {@code [rows, kvHeads, headDim]}; may be overwritten. */
  HeadsView keys();

  /** Values of the layer at hand, {@code [rows, kvHeads, headDim]}. */
  HeadsView values();

  /** Where attention writes, {@code [rows, heads, headDim]}. */
  HeadsView attended();

  /**
   * Keeps only some rows of the residual stream, moved together; the other views lose their
   * content.
   *
   * @param kept rows in ascending order, at least one
   * @throws IllegalArgumentException if they are not
   */
  void keepRows(int[] kept);

  @Override
  void close();
}
