package dev.winnow.models.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.CausalLm;
import dev.winnow.models.CausalLms;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.testing.ReferenceLoop;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Choices that the golden checkpoints do not make, against {@link PlainDecoder}. */
class ArchitectureVariantsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOKENS = 29;

  /** A configuration, and the window of each of its layers. */
  record Variant(String name, String config, IntUnaryOperator windowOf) {
    @Override
    public String toString() {
      return name;
    }

    ObjectNode json() {
      try {
        return (ObjectNode)
            JSON.readTree(
                """
                {"hidden_size": 96, "intermediate_size": 144, "num_hidden_layers": 3,
                 "num_attention_heads": 6, "num_key_value_heads": 2, "vocab_size": 211,
                 "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                """
                    + config
                    + "}");
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static Stream<Variant> variants() {
    return Stream.of(
        new Variant(
            "llama with biases everywhere, untied",
            "\"model_type\": \"llama\", \"attention_bias\": true, \"mlp_bias\": true",
            layer -> 0),
        new Variant(
            "llama with wide heads, biases and a tied head",
            "\"model_type\": \"llama\", \"attention_bias\": true, \"head_dim\": 64,"
                + " \"tie_word_embeddings\": true",
            layer -> 0),
        new Variant(
            "llama whose heads have an odd number of pairs",
            "\"model_type\": \"llama\", \"head_dim\": 22",
            layer -> 0),
        new Variant(
            "mistral with a window of five",
            "\"model_type\": \"mistral\", \"sliding_window\": 5",
            layer -> 5),
        new Variant(
            "qwen2 whose later layers slide",
            "\"model_type\": \"qwen2\", \"use_sliding_window\": true, \"sliding_window\": 4,"
                + " \"max_window_layers\": 1",
            layer -> layer >= 1 ? 4 : 0),
        new Variant(
            "qwen3 with biases",
            "\"model_type\": \"qwen3\", \"attention_bias\": true, \"head_dim\": 32",
            layer -> 0),
        new Variant(
            "phi3 that turns half of each head, with a window",
            "\"model_type\": \"phi3\", \"partial_rotary_factor\": 0.5, \"sliding_window\": 7",
            layer -> 7));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void float32EqualsTheDefinition(Variant variant) {
    for (int threads : new int[] {1, 2, 5}) {
      assertThat(relativeError(variant, WeightFormat.F32, threads)).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void int8StaysClose(Variant variant) {
    for (int threads : new int[] {1, 3}) {
      assertThat(relativeError(variant, WeightFormat.INT8, threads)).isLessThan(0.05);
    }
  }

  private static double relativeError(Variant variant, WeightFormat format, int threads) {
    int[] ids = IntStream.range(0, TOKENS).map(i -> (i * 37 + 5) % 211).toArray();
    MemoryCheckpoint weights = new MemoryCheckpoint(variant.json(), 7);
    double[][] expected = new PlainDecoder(weights, variant.windowOf()).logits(ids);
    double error = 0;
    double smallest = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    try (WorkerPool pool = new WorkerPool(threads);
        CausalLm model = CausalLms.load(weights, format, pool);
        ReferenceLoop loop = new ReferenceLoop(model, TOKENS)) {
      float[] logits = loop.step(ids);
      for (int t = 0; t < TOKENS; t++) {
        for (int i = 0; i < expected[t].length; i++) {
          error = Math.max(error, Math.abs(logits[t * expected[t].length + i] - expected[t][i]));
          smallest = Math.min(smallest, expected[t][i]);
          largest = Math.max(largest, expected[t][i]);
        }
      }
    }
    return error / (largest - smallest);
  }
}
