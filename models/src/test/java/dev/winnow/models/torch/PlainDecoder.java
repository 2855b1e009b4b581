package dev.winnow.models.torch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.IntUnaryOperator;

/**
 * A Llama-like decoder as its papers write it, in float64 and from Hugging Face's tensor names: an
 * oracle for what the golden checkpoints leave out (biases, partial rotary, windows on some
 * layers).
 */
final class PlainDecoder {
  private final MemoryCheckpoint weights;
  private final IntUnaryOperator windowOf;
  private final int hidden;
  private final int heads;
  private final int kvHeads;
  private final int headDim;
  private final int rotaryDim;
  private final int layers;
  private final double theta;
  private final double eps;

  PlainDecoder(MemoryCheckpoint weights, IntUnaryOperator windowOf) {
    ObjectNode config = weights.config();
    this.weights = weights;
    this.windowOf = windowOf;
    hidden = config.get("hidden_size").intValue();
    heads = config.get("num_attention_heads").intValue();
    kvHeads = config.get("num_key_value_heads").intValue();
    headDim = config.path("head_dim").asInt(hidden / heads);
    rotaryDim = (int) (headDim * config.path("partial_rotary_factor").asDouble(1));
    layers = config.get("num_hidden_layers").intValue();
    theta = config.get("rope_theta").doubleValue();
    eps = config.get("rms_norm_eps").doubleValue();
  }

  /** Logits {@code [ids, vocabulary]}. */
  double[][] logits(int... ids) {
    double[][] x = new double[ids.length][hidden];
    float[] embedding = weights.tensor("model.embed_tokens.weight");
    for (int t = 0; t < ids.length; t++) {
      for (int i = 0; i < hidden; i++) {
        x[t][i] = embedding[ids[t] * hidden + i];
      }
    }
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      double[][] attended = attention(x, prefix, windowOf.applyAsInt(layer));
      for (int t = 0; t < ids.length; t++) {
        add(x[t], product(attended[t], prefix + "self_attn.o_proj"));
        double[] normed = norm(x[t], prefix + "post_attention_layernorm.weight");
        add(x[t], mlp(normed, prefix));
      }
    }
    String head = weights.tensor("lm_head.weight") == null ? "model.embed_tokens" : "lm_head";
    double[][] logits = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      logits[t] = product(norm(x[t], "model.norm.weight"), head);
    }
    return logits;
  }

  private double[] mlp(double[] x, String prefix) {
    double[] gate;
    double[] up;
    if (weights.tensor(prefix + "mlp.gate_up_proj.weight") != null) {
      double[] both = product(x, prefix + "mlp.gate_up_proj");
      gate = slice(both, 0, both.length / 2);
      up = slice(both, both.length / 2, both.length / 2);
    } else {
      gate = product(x, prefix + "mlp.gate_proj");
      up = product(x, prefix + "mlp.up_proj");
    }
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return product(gate, prefix + "mlp.down_proj");
  }

  private double[][] attention(double[][] x, String prefix, int window) {
    int tokens = x.length;
    int qWidth = heads * headDim;
    int kvWidth = kvHeads * headDim;
    double[][] q = new double[tokens][];
    double[][] k = new double[tokens][];
    double[][] v = new double[tokens][];
    for (int t = 0; t < tokens; t++) {
      double[] normed = norm(x[t], prefix + "input_layernorm.weight");
      if (weights.tensor(prefix + "self_attn.qkv_proj.weight") != null) {
        double[] all = product(normed, prefix + "self_attn.qkv_proj");
        q[t] = slice(all, 0, qWidth);
        k[t] = slice(all, qWidth, kvWidth);
        v[t] = slice(all, qWidth + kvWidth, kvWidth);
      } else {
        q[t] = product(normed, prefix + "self_attn.q_proj");
        k[t] = product(normed, prefix + "self_attn.k_proj");
        v[t] = product(normed, prefix + "self_attn.v_proj");
      }
      normHeads(q[t], prefix + "self_attn.q_norm.weight");
      normHeads(k[t], prefix + "self_attn.k_norm.weight");
      rotate(q[t], t);
      rotate(k[t], t);
    }
    double[][] out = new double[tokens][qWidth];
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < heads; h++) {
        int kv = h / (heads / kvHeads) * headDim;
        int from = window == 0 ? 0 : Math.max(0, t - window + 1);
        double[] p = new double[t + 1];
        double sum = 0;
        for (int s = from; s <= t; s++) {
          double dot = 0;
          for (int d = 0; d < headDim; d++) {
            dot += q[t][h * headDim + d] * k[s][kv + d];
          }
          p[s] = Math.exp(dot / Math.sqrt(headDim));
          sum += p[s];
        }
        for (int s = from; s <= t; s++) {
          for (int d = 0; d < headDim; d++) {
            out[t][h * headDim + d] += p[s] / sum * v[s][kv + d];
          }
        }
      }
    }
    return out;
  }

  private void rotate(double[] x, int position) {
    for (int first = 0; first < x.length; first += headDim) {
      for (int i = 0; i < rotaryDim / 2; i++) {
        double angle = position * Math.pow(theta, -2.0 * i / rotaryDim);
        double a = x[first + i];
        double b = x[first + i + rotaryDim / 2];
        x[first + i] = a * Math.cos(angle) - b * Math.sin(angle);
        x[first + i + rotaryDim / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }

  private void normHeads(double[] x, String name) {
    if (weights.tensor(name) != null) {
      for (int first = 0; first < x.length; first += headDim) {
        double[] normed = norm(slice(x, first, headDim), name);
        System.arraycopy(normed, 0, x, first, headDim);
      }
    }
  }

  private double[] norm(double[] x, String name) {
    float[] gain = weights.tensor(name);
    double sum = 0;
    for (double value : x) {
      sum += value * value;
    }
    double scale = 1 / Math.sqrt(sum / x.length + eps);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * scale * gain[i];
    }
    return y;
  }

  private double[] product(double[] x, String name) {
    float[] w = weights.tensor(name + ".weight");
    float[] bias = weights.tensor(name + ".bias");
    double[] y = new double[w.length / x.length];
    for (int o = 0; o < y.length; o++) {
      y[o] = bias == null ? 0 : bias[o];
      for (int i = 0; i < x.length; i++) {
        y[o] += x[i] * w[o * x.length + i];
      }
    }
    return y;
  }

  private static double[] slice(double[] x, int from, int count) {
    double[] y = new double[count];
    System.arraycopy(x, from, y, 0, count);
    return y;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
