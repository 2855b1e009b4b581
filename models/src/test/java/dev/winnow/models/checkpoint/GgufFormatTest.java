package dev.winnow.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.testing.GgufQuantiser;
import dev.winnow.models.testing.GgufWriter;
import dev.winnow.models.testing.SharedFolder;
import dev.winnow.models.testing.TinyCheckpoint;
import dev.winnow.models.testing.TinyGguf;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GgufFormatTest {
  @TempDir Path folder;

  @Test
  void aConvertedLlamaReadsBackAsTheHuggingFaceFolder() {
    TinyCheckpoint tiny = TinyCheckpoint.builder().tied(false).build();
    try (Checkpoint gguf = open(TinyGguf.of(tiny, GgufQuantiser.F32))) {
      assertThat(gguf.tensors().keySet()).containsExactlyElementsOf(tiny.weights().keySet());
      tiny.weights()
          .forEach(
              (name, weight) ->
                  assertThat(Tensors.read(gguf, name)).as(name).containsExactly(weight.values()));
      ObjectNode config = gguf.config();
      tiny.config()
          .properties()
          .forEach(
              entry ->
                  assertThat(config.get(entry.getKey()).asText())
                      .as(entry.getKey())
                      .isEqualTo(entry.getValue().asText()));
      assertThat(gguf.generationConfig().orElseThrow().get("eos_token_id").asInt()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"})
  void storedTypesComeCloseToWhatWasStored(GgufQuantiser type) {
    TinyCheckpoint tiny = TinyCheckpoint.builder().build();
    double tolerance =
        switch (type) {
          case F16 -> 0.001;
          case BF16, Q8_0 -> 0.01;
          case Q5_0, Q5_1 -> 0.05;
          default -> 0.12;
        };
    try (Checkpoint gguf = open(TinyGguf.of(tiny, type))) {
      tiny.weights()
          .forEach(
              (name, weight) -> {
                float[] read = Tensors.read(gguf, name);
                double error = 0;
                double norm = 0;
                for (int i = 0; i < read.length; i++) {
                  error += Math.pow(read[i] - weight.values()[i], 2);
                  norm += Math.pow(weight.values()[i], 2);
                }
                assertThat(Math.sqrt(error / norm)).as(name).isLessThan(tolerance);
              });
    }
  }

  @Test
  void biasesOfQueriesAndKeysAreReorderedLikeTheirRows() {
    TinyCheckpoint tiny = TinyCheckpoint.builder().layers(1).build();
    float[] bias = new float[32];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = i;
    }
    GgufWriter writer = TinyGguf.of(tiny, GgufQuantiser.F32);
    writer.tensor(
        "blk.0.attn_q.bias", GgufQuantiser.F32, new long[] {32}, TinyGguf.interleave(bias, 4, 8));
    try (Checkpoint gguf = open(writer)) {
      assertThat(Tensors.read(gguf, "model.layers.0.self_attn.q_proj.bias")).containsExactly(bias);
      assertThat(gguf.config().get("attention_bias").asBoolean()).isTrue();
    }
  }

  @Test
  void aWindowMakesALlamaAMistral() {
    GgufWriter writer =
        TinyGguf.of(TinyCheckpoint.builder().build(), GgufQuantiser.F32)
            .put("llama.attention.sliding_window", 100);
    try (Checkpoint gguf = open(writer)) {
      assertThat(gguf.config().get("model_type").asText()).isEqualTo("mistral");
      assertThat(gguf.config().get("sliding_window").asInt()).isEqualTo(100);
    }
  }

  @Test
  void linearAndYarnScalingBecomeRopeScaling() {
    TinyCheckpoint tiny = TinyCheckpoint.builder().build();
    GgufWriter writer =
        TinyGguf.of(tiny, GgufQuantiser.F32)
            .put("llama.rope.scaling.type", "linear")
            .put("llama.rope.scaling.factor", 2f);
    try (Checkpoint gguf = open(writer)) {
      assertThat(gguf.config().get("rope_scaling").toString())
          .isEqualTo("{\"rope_type\":\"linear\",\"factor\":2.0}");
    }
    writer
        .put("llama.rope.scaling.type", "yarn")
        .put("llama.rope.scaling.original_context_length", 64);
    try (Checkpoint gguf = open(writer)) {
      assertThat(gguf.config().get("rope_scaling").toString())
          .isEqualTo(
              "{\"rope_type\":\"yarn\",\"factor\":2.0,\"original_max_position_embeddings\":64}");
    }
  }

  // Factors as llama.cpp's converter computes them, in double precision.
  @ParameterizedTest
  @CsvSource({"8, 8192, 64, 500000", "32, 8192, 64, 500000", "8, 64, 16, 500000"})
  void llama3FactorsAreRecognised(double factor, int original, int headDim, double theta) {
    float[] factors = new float[headDim / 2];
    for (int i = 0; i < factors.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / headDim);
      double smooth = (original / wavelength - 1) / 3;
      factors[i] =
          (float)
              (wavelength < original / 4.0
                  ? 1
                  : wavelength > original ? factor : 1 / ((1 - smooth) / factor + smooth));
    }
    TinyCheckpoint tiny =
        TinyCheckpoint.builder().layers(1).heads(2, 1, headDim).ropeTheta(theta).build();
    long[] shape = {factors.length};
    GgufWriter writer = TinyGguf.of(tiny, GgufQuantiser.F32);
    writer.tensor("rope_freqs.weight", GgufQuantiser.F32, shape, factors);
    try (Checkpoint gguf = open(writer)) {
      ObjectNode config = gguf.config();
      assertThat(config.at("/rope_scaling/rope_type").asText()).isEqualTo("llama3");
      assertThat(config.at("/rope_scaling/factor").asDouble()).isEqualTo(factor);
      assertThat(config.at("/rope_scaling/original_max_position_embeddings").asInt())
          .isEqualTo(original);
      assertThat(gguf.tensors()).doesNotContainKey("rope_freqs.weight");
    }
    factors[0] = 3;
    GgufWriter strange = TinyGguf.of(tiny, GgufQuantiser.F32);
    strange.tensor("rope_freqs.weight", GgufQuantiser.F32, shape, factors);
    assertThatThrownBy(() -> open(strange))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("rope_freqs.weight", "not Llama 3's");
  }

  @Test
  void gemmaLosesTheOneAddedToItsNormsAndGetsItsLayerTypes() {
    GgufWriter writer =
        architecture("gemma3", 7)
            .put("gemma3.attention.sliding_window", 16)
            .put("gemma3.attention.key_length", 32)
            .put("tokenizer.ggml.tokens", List.of("<pad>", "<eos>", "<bos>", "<end_of_turn>"))
            .put("tokenizer.ggml.eos_token_id", 1);
    for (String name : List.of("attn_q_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")) {
      writer.tensor("blk.0." + name + ".weight", GgufQuantiser.F32, new long[] {2}, 1.5f, 0.75f);
    }
    writer.tensor("output_norm.weight", GgufQuantiser.F32, new long[] {2}, 1f, 3f);
    try (Checkpoint gguf = open(writer)) {
      String layer = "model.layers.0.";
      assertThat(gguf.tensors().keySet())
          .containsExactly(
              "model.embed_tokens.weight",
              layer + "self_attn.q_norm.weight",
              layer + "post_attention_layernorm.weight",
              layer + "pre_feedforward_layernorm.weight",
              layer + "post_feedforward_layernorm.weight",
              "model.norm.weight");
      assertThat(Tensors.read(gguf, layer + "self_attn.q_norm.weight"))
          .containsExactly(0.5f, -0.25f);
      assertThat(Tensors.read(gguf, "model.norm.weight")).containsExactly(0f, 2f);
      ObjectNode config = gguf.config();
      assertThat(config.get("model_type").asText()).isEqualTo("gemma3_text");
      assertThat(config.get("hidden_activation").asText()).isEqualTo("gelu_pytorch_tanh");
      assertThat(config.get("query_pre_attn_scalar").asInt()).isEqualTo(32);
      assertThat(config.get("rope_theta").asDouble()).isEqualTo(1e6);
      assertThat(config.get("rope_local_base_freq").asDouble()).isEqualTo(1e4);
      assertThat(config.at("/layer_types/4").asText()).isEqualTo("sliding_attention");
      assertThat(config.at("/layer_types/5").asText()).isEqualTo("full_attention");
      assertThat(config.at("/layer_types/6").asText()).isEqualTo("sliding_attention");
      assertThat(gguf.generationConfig().orElseThrow().get("eos_token_id").toString())
          .isEqualTo("[1,3]");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2, attn_q.bias, self_attn.q_proj.bias",
    "qwen3, attn_k_norm.weight, self_attn.k_norm.weight",
    "phi3, attn_qkv.weight, self_attn.qkv_proj.weight",
    "phi3, ffn_up.weight, mlp.gate_up_proj.weight",
    "qwen2, ffn_up.weight, mlp.up_proj.weight"
  })
  void namesFollowTheArchitecture(String architecture, String stored, String expected) {
    float[] values = new float[32];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    GgufWriter writer = architecture(architecture, 1);
    writer.tensor("blk.0." + stored, GgufQuantiser.F32, new long[] {32}, values);
    try (Checkpoint gguf = open(writer)) {
      assertThat(gguf.config().get("model_type").asText()).isEqualTo(architecture);
      // Only Llama's rows are interleaved.
      assertThat(Tensors.read(gguf, "model.layers.0." + expected)).containsExactly(values);
    }
  }

  @Test
  void phi3KeepsItsWindowPartialRotationAndLongFactors() {
    GgufWriter writer =
        architecture("phi3", 1)
            .put("phi3.attention.sliding_window", 7)
            .put("phi3.rope.dimension_count", 4)
            .put("phi3.rope.scaling.original_context_length", 4096);
    writer.tensor("rope_factors_long.weight", GgufQuantiser.F32, new long[] {2}, 1.5f, 2f);
    writer.tensor("rope_factors_short.weight", GgufQuantiser.F32, new long[] {2}, 1f, 1.25f);
    try (Checkpoint gguf = open(writer)) {
      ObjectNode config = gguf.config();
      assertThat(config.get("sliding_window").asInt()).isEqualTo(7);
      assertThat(config.get("partial_rotary_factor").asDouble()).isEqualTo(0.25);
      assertThat(config.get("original_max_position_embeddings").asInt()).isEqualTo(4096);
      assertThat(config.at("/rope_scaling/long_factor").toString()).isEqualTo("[1.5,2.0]");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q4_K", "Q5_K", "Q6_K"})
  void superBlocksAreReadRowByRow(GgufQuantiser type) {
    byte[] blocks = type.randomBlocks(new Random(3), 40 * 512);
    GgufWriter writer = architecture("qwen2", 1);
    writer.raw("blk.0.ffn_up.weight", type, new long[] {40, 512}, blocks);
    try (Checkpoint gguf = open(writer)) {
      String name = "model.layers.0.mlp.up_proj.weight";
      float[] whole = Tensors.read(gguf, name);
      float[] row = new float[512];
      gguf.read(name, 39, 1, MemorySegment.ofArray(row));
      assertThat(row).containsExactly(Arrays.copyOfRange(whole, 39 * 512, 40 * 512));
      assertThat(whole[0]).isNotEqualTo(whole[512]);
    }
  }

  @Test
  void severalThreadsReadTheSameValues() {
    try (Checkpoint gguf =
        open(TinyGguf.of(TinyCheckpoint.builder().layers(4).build(), GgufQuantiser.Q5_1))) {
      List<String> names = List.copyOf(gguf.tensors().keySet());
      List<float[]> alone = names.stream().map(name -> Tensors.read(gguf, name)).toList();
      List<float[]> together =
          names.parallelStream().map(name -> Tensors.read(gguf, name)).toList();
      for (int i = 0; i < names.size(); i++) {
        assertThat(together.get(i)).as(names.get(i)).containsExactly(alone.get(i));
      }
    }
  }

  // Values dequantised and un-permuted by the gguf 0.19.0 Python package and numpy.
  @Test
  void smolLm2OpensAsItsHuggingFaceModel() {
    Path file = SharedFolder.require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    try (Checkpoint gguf = Checkpoints.open(file)) {
      assertThat(gguf.tensors()).hasSize(272);
      ObjectNode config = gguf.config();
      assertThat(config.get("model_type").asText()).isEqualTo("llama");
      assertThat(config.get("num_hidden_layers").asInt()).isEqualTo(30);
      assertThat(config.get("num_attention_heads").asInt()).isEqualTo(9);
      assertThat(config.get("num_key_value_heads").asInt()).isEqualTo(3);
      assertThat(config.get("hidden_size").asInt()).isEqualTo(576);
      assertThat(config.get("intermediate_size").asInt()).isEqualTo(1536);
      assertThat(config.get("head_dim").asInt()).isEqualTo(64);
      assertThat(config.get("rope_theta").asDouble()).isEqualTo(100_000);
      assertThat(config.get("rms_norm_eps").asDouble()).isEqualTo(1e-5);
      assertThat(config.get("vocab_size").asInt()).isEqualTo(49_152);
      assertThat(config.get("tie_word_embeddings").asBoolean()).isTrue();
      assertThat(gguf.generationConfig().orElseThrow().get("eos_token_id").asInt()).isEqualTo(2);
      float[] queries = Tensors.read(gguf, "model.layers.3.self_attn.q_proj.weight");
      assertThat(queries[576 + 5]).isEqualTo((float) 0.040283203125);
      assertThat(queries[37 * 576 + 100]).isEqualTo((float) -0.03466796875);
      float[] keys = Tensors.read(gguf, "model.layers.3.self_attn.k_proj.weight");
      assertThat(keys[576 + 5]).isEqualTo((float) -0.08782958984375);
      assertThat(keys[37 * 576 + 100]).isEqualTo((float) 0.01025390625);
      float[] embedding = Tensors.read(gguf, "model.embed_tokens.weight");
      assertThat(embedding[37 * 576 + 100]).isEqualTo((float) 0.06505966186523438);
      assertThat(embedding[embedding.length - 1]).isEqualTo((float) -0.0417022705078125);
    }
  }

  /** The least a checkpoint of an architecture may hold. */
  private static GgufWriter architecture(String name, int layers) {
    GgufWriter writer =
        new GgufWriter()
            .put("general.architecture", name)
            .put(name + ".block_count", layers)
            .put(name + ".context_length", 512)
            .put(name + ".embedding_length", 32)
            .put(name + ".feed_forward_length", 64)
            .put(name + ".attention.head_count", 2)
            .put(name + ".attention.layer_norm_rms_epsilon", 1e-6f);
    return writer.tensor("token_embd.weight", GgufQuantiser.F32, new long[] {1, 32}, new float[32]);
  }

  private Checkpoint open(GgufWriter writer) {
    return Checkpoints.open(writer.write(folder.resolve("model.gguf")));
  }
}
