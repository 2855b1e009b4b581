package dev.winnow.bench.train;

import java.util.ArrayList;
import java.util.List;

/**
 * What a checkpoint of Llama's blocks calls its tensors.
 *
 * @param embedding the embedding
 * @param layer what stands before the number of a layer
 * @param parts the nine tensors of a layer: norm, q, k, v, o, norm, gate, up, down
 * @param norm the final norm
 */
record LlamaNames(String embedding, String layer, List<String> parts, String norm) {
  private static final double EMBEDDING_SPREAD = 0.1;

  /** The names of Hugging Face's {@code LlamaForCausalLM}. */
  static final LlamaNames LLAMA =
      new LlamaNames(
          "model.embed_tokens",
          "model.layers.",
          List.of(
              "input_layernorm",
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj",
              "post_attention_layernorm",
              "mlp.gate_proj",
              "mlp.up_proj",
              "mlp.down_proj"),
          "model.norm");

  /** Copies the list. */
  LlamaNames {
    parts = List.copyOf(parts);
  }

  /** All tensors of a model, in the order of {@link LlamaProgram}. */
  List<Parameter> parameters(LlamaShape shape) {
    int hidden = shape.hiddenSize();
    int inner = shape.intermediateSize();
    int q = shape.heads() * shape.headDim();
    int kv = shape.kvHeads() * shape.headDim();
    // Keeps the residual stream's size whatever the depth.
    double residual = 1 / Math.sqrt(2.0 * shape.layers());
    List<Parameter> all = new ArrayList<>();
    all.add(Parameter.table(weight(embedding), shape.vocabSize(), hidden, EMBEDDING_SPREAD));
    for (int number = 0; number < shape.layers(); number++) {
      List<String> names = new ArrayList<>();
      for (String part : parts) {
        names.add(weight(layer + number + "." + part));
      }
      all.add(Parameter.gain(names.get(0), hidden));
      all.add(Parameter.matrix(names.get(1), q, hidden, 1));
      all.add(Parameter.matrix(names.get(2), kv, hidden, 1));
      all.add(Parameter.matrix(names.get(3), kv, hidden, 1));
      all.add(Parameter.matrix(names.get(4), hidden, q, residual));
      all.add(Parameter.gain(names.get(5), hidden));
      all.add(Parameter.matrix(names.get(6), inner, hidden, 1));
      all.add(Parameter.matrix(names.get(7), inner, hidden, 1));
      all.add(Parameter.matrix(names.get(8), hidden, inner, residual));
    }
    all.add(Parameter.gain(weight(norm), hidden));
    return List.copyOf(all);
  }

  private static String weight(String name) {
    return name + ".weight";
  }
}
