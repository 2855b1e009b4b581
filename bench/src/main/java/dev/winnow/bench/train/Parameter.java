package dev.winnow.bench.train;

import java.util.ArrayList;
import java.util.List;

/**
 * A trained tensor.
 *
 * @param name as checkpoints on the Hugging Face hub call it
 * @param rows outputs of a matrix, tokens of the embedding, or 1 for a gain
 * @param columns inputs of a matrix, or the width
 * @param spread standard deviation of its first values; 0 for a gain, which starts at one
 * @param rule what trains it
 */
record Parameter(String name, int rows, int columns, double spread, Rule rule) {
  private static final double EMBEDDING_SPREAD = 0.1;

  /** Optimisers. */
  enum Rule {
    MUON,
    ADAMW
  }

  int size() {
    return rows * columns;
  }

  long[] dimensions() {
    return spread == 0 ? new long[] {columns} : new long[] {rows, columns};
  }

  /** All tensors of a model, in the order of the training program. */
  static List<Parameter> of(LlamaShape shape) {
    int hidden = shape.hiddenSize();
    int inner = shape.intermediateSize();
    int q = shape.heads() * shape.headDim();
    int kv = shape.kvHeads() * shape.headDim();
    // Keeps the residual stream's size whatever the depth.
    double residual = 1 / Math.sqrt(2.0 * shape.layers());
    List<Parameter> all = new ArrayList<>();
    all.add(
        new Parameter(
            "model.embed_tokens.weight", shape.vocabSize(), hidden, EMBEDDING_SPREAD, Rule.ADAMW));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      all.add(gain(prefix + "input_layernorm.weight", hidden));
      all.add(matrix(prefix + "self_attn.q_proj.weight", q, hidden, 1));
      all.add(matrix(prefix + "self_attn.k_proj.weight", kv, hidden, 1));
      all.add(matrix(prefix + "self_attn.v_proj.weight", kv, hidden, 1));
      all.add(matrix(prefix + "self_attn.o_proj.weight", hidden, q, residual));
      all.add(gain(prefix + "post_attention_layernorm.weight", hidden));
      all.add(matrix(prefix + "mlp.gate_proj.weight", inner, hidden, 1));
      all.add(matrix(prefix + "mlp.up_proj.weight", inner, hidden, 1));
      all.add(matrix(prefix + "mlp.down_proj.weight", hidden, inner, residual));
    }
    all.add(gain("model.norm.weight", hidden));
    return List.copyOf(all);
  }

  private static Parameter gain(String name, int width) {
    return new Parameter(name, 1, width, 0, Rule.ADAMW);
  }

  private static Parameter matrix(String name, int rows, int columns, double scale) {
    return new Parameter(name, rows, columns, scale / Math.sqrt(columns), Rule.MUON);
  }
}
