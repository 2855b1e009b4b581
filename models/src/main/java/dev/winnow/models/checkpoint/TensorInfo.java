package dev.winnow.models.checkpoint;

import java.util.List;

/**
 * A tensor in a checkpoint.
 *
 * @param name Hugging Face name, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param storedType how it is stored, as its format spells it: {@code BF16}, {@code Q4_K}, ...
 * @param shape outermost dimension first, as PyTorch has it; a matrix is {@code [out, in]}
 * @param bytes stored size
 */
public record TensorInfo(String name, String storedType, List<Long> shape, long bytes) {

  /** Number of elements. */
  public long elements() {
    long product = 1;
    for (long dimension : shape) {
      product = Math.multiplyExact(product, dimension);
    }
    return product;
  }

  /** Elements of one row: the innermost dimension, or 1 for a scalar. */
  public long rowLength() {
    return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
  }

  /** Number of rows: all dimensions but the innermost. */
  public long rows() {
    return rowLength() == 0 ? 0 : elements() / rowLength();
  }
}
