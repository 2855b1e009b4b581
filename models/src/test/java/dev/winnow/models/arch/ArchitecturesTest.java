package dev.winnow.models.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.models.CheckpointException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What config.json may say, in the spellings of transformers 4 and 5. */
class ArchitecturesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String GEMMA =
      """
      {"model_type": "gemma3_text", "head_dim": 16, "num_hidden_layers": 2,
       "layer_types": ["sliding_attention", "full_attention"], "sliding_window": 8,
      """;

  @Test
  void gemmaReadsARotationForEachTypeOfLayer() {
    List<RotaryConfig> layers =
        rotary(
            GEMMA
                + """
                "rope_parameters": {
                  "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 5000000.0},
                  "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}
                """);
    assertThat(layers.get(0).theta()).isEqualTo(20_000);
    assertThat(layers.get(0).scaling()).isEqualTo(RotaryScaling.NONE);
    assertThat(layers.get(1).theta()).isEqualTo(5_000_000);
    assertThat(layers.get(1).scaling()).isEqualTo(new RotaryScaling.Linear(8));
  }

  @Test
  void gemmaReadsTheOlderSpellingToo() {
    List<RotaryConfig> layers =
        rotary(
            GEMMA
                + """
                "rope_theta": 5000000.0, "rope_local_base_freq": 20000.0,
                "rope_scaling": {"rope_type": "linear", "factor": 8.0}
                """);
    assertThat(layers.get(0).theta()).isEqualTo(20_000);
    assertThat(layers.get(0).scaling()).isEqualTo(RotaryScaling.NONE);
    assertThat(layers.get(1).theta()).isEqualTo(5_000_000);
    assertThat(layers.get(1).scaling()).isEqualTo(new RotaryScaling.Linear(8));
  }

  @Test
  void gemmaFallsBackOnItsOwnBases() {
    List<RotaryConfig> layers =
        rotary(GEMMA + "\"rope_parameters\": {\"full_attention\": {}, \"sliding_attention\": {}}");
    assertThat(layers).extracting(RotaryConfig::theta).containsExactly(10_000.0, 1_000_000.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "qwen3", "phi3"})
  void rotationsForEachTypeOfLayerAreRefusedWhereLayersAreAlike(String type) {
    assertThatThrownBy(
            () ->
                rotary(
                    "{\"model_type\": \"%s\", \"rope_parameters\": {\"full_attention\": {}}"
                        .formatted(type)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("config.json: rope_parameters: full_attention", "absent");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rope_theta\": 7000.0",
        "\"rope_parameters\": {\"rope_theta\": 7000.0}",
        "\"rope_theta\": 7000.0, \"rope_parameters\": {\"rope_type\": \"default\"}"
      })
  void theBaseMayStandInEitherPlace(String keys) {
    assertThat(rotary("{\"model_type\": \"llama\", " + keys).get(0).theta()).isEqualTo(7000);
  }

  // transformers 4.53 computes the factor from the contexts, transformers 5 believes what it says.
  @ParameterizedTest
  @CsvSource({"rope_scaling, 1.25", "rope_parameters, 4"})
  void yarnsFactorIsTheOneThatTheWriterWouldUse(String key, double factor) {
    RotaryConfig rotary =
        rotary(
                "{\"model_type\": \"qwen3\", \"max_position_embeddings\": 40960, \"%s\": {"
                        .formatted(key)
                    + "\"rope_type\": \"yarn\", \"factor\": 4.0,"
                    + " \"original_max_position_embeddings\": 32768}")
            .get(0);
    assertThat(((RotaryScaling.Yarn) rotary.scaling()).factor()).isEqualTo(factor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"partial_rotary_factor\": 0.5",
        "\"rope_parameters\": {\"rope_theta\": 10000.0, \"partial_rotary_factor\": 0.5}",
        // As transformers 5.0 writes it.
        "\"partial_rotary_factor\": 1.0, \"rope_parameters\": {\"partial_rotary_factor\": 0.5}"
      })
  void aPartOfEachHeadTurnsInPhiAlone(String keys) {
    assertThat(rotary("{\"model_type\": \"phi3\", " + keys).get(0).rotaryDim()).isEqualTo(4);
    assertThatThrownBy(() -> rotary("{\"model_type\": \"llama\", " + keys))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("partial_rotary_factor");
  }

  // Defaults of Qwen3Config and Gemma3TextConfig; the others divide the hidden size.
  @ParameterizedTest
  @CsvSource({"qwen3, 128", "gemma3_text, 256", "llama, 8", "mistral, 8", "qwen2, 8", "phi3, 8"})
  void headsHaveTheWidthOfTheFamilyWhenTheConfigDoesNotSay(String type, int headDim) {
    assertThat(rotary("{\"model_type\": \"" + type + "\"").getFirst().headDim()).isEqualTo(headDim);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"layer_types\": [\"sliding_attention\", \"sliding_attention\"]",
        "\"max_window_layers\": 0"
      })
  void everyLayerOfQwenMaySlide(String keys) throws JsonProcessingException {
    DecoderSpec spec =
        spec(
            "{\"model_type\": \"qwen2\", \"num_hidden_layers\": 2, \"sliding_window\": 20,"
                + " \"use_sliding_window\": true, "
                + keys);
    assertThat(spec.layers())
        .extracting(DecoderSpec.LayerAttention::window)
        .containsExactly(20, 20);
  }

  @Test
  void aWindowThatQwenDoesNotUseIsLeftAlone() throws JsonProcessingException {
    DecoderSpec spec =
        spec(
            "{\"model_type\": \"qwen2\", \"sliding_window\": 20, \"max_window_layers\": 0,"
                + " \"use_sliding_window\": false");
    assertThat(spec.layers().getFirst().window()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"mamba\"|model_type is 'mamba'",
        "\"architectures\": []|model_type is missing",
        "\"model_type\": \"llama\", \"num_hidden_layers\": 134217728|num_hidden_layers is 134217728",
        "\"model_type\": \"llama\", \"quantization_config\": {\"bits\": 4}|quantization_config is",
        "\"model_type\": \"llama\", \"quantization\": {\"bits\": 4}|quantization is",
        "\"model_type\": \"llama\", \"rope_scaling\": {\"type\": \"su\"}|rope_scaling: type is 'su'"
      })
  void whatIsNotSupportedIsRefusedByName(String keys, String complaint) {
    assertThatThrownBy(() -> rotary("{" + keys))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("config.json: ", complaint, "must be");
  }

  /** The rotations that {@code start} of a configuration, completed by what is needed, means. */
  private static List<RotaryConfig> rotary(String start) {
    try {
      return spec(start).layers().stream().map(DecoderSpec.LayerAttention::rotary).toList();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DecoderSpec spec(String start) throws JsonProcessingException {
    ObjectNode config = (ObjectNode) JSON.readTree(start + "}");
    for (String size : List.of("hidden_size", "intermediate_size", "vocab_size")) {
      config.put(size, 32);
    }
    config.put("num_attention_heads", 4);
    if (!config.has("num_hidden_layers")) {
      config.put("num_hidden_layers", 1);
    }
    return Architectures.spec(config, "config.json");
  }

  private static final String LLADA =
      """
      {"model_type": "llada", "d_model": 24, "n_heads": 3, "n_layers": 2, "mlp_hidden_size": 40,
       "vocab_size": 50, "mask_token_id": 49, "rope_theta": 500000.0""";

  @Test
  void lladaSeesInBothDirectionsAndHasAMaskToken() throws JsonProcessingException {
    DecoderSpec spec = llada(", \"weight_tying\": false, \"embedding_size\": 64}");

    assertThat(spec.causal()).isFalse();
    assertThat(spec.config().maskTokenId()).hasValue(49);
    assertThat(spec.config().kvHeads()).isEqualTo(3);
    assertThat(spec.config().vocabSize()).as("rows of the table").isEqualTo(64);
    assertThat(spec.config().tiedEmbeddings()).isFalse();
    assertThat(spec.layers().getFirst().rotary().theta()).isEqualTo(500_000);
    assertThat(spec.tensors().layer(1)).isEqualTo("model.transformer.blocks.1.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "block_type | \"sequential\" | llama",
        "activation_type | \"gelu\" | silu",
        "layer_norm_type | \"default\" | rms",
        "alibi | true | false",
        "rope | false | true",
        "attention_layer_norm | true | false",
        "input_emb_norm | true | false",
        "scale_logits | true | false",
        "include_bias | true | false",
        "include_qkv_bias | true | false",
        "n_kv_heads | 2 | a divisor of n_heads = 3",
        "n_heads | 5 | a divisor of d_model = 24",
        "n_layers | 20000 | [1, 10000]",
        "mask_token_id | 50 | a token id in [0, 50)",
        "mask_token_id | null | a token id in [0, 50)"
      })
  void lladaRefusesWhatItDoesNotCompute(String key, String value, String allowed) {
    // Of two keys alike the last one counts.
    assertThatThrownBy(() -> llada(", \"%s\": %s}".formatted(key, value)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(key, allowed);
  }

  private static DecoderSpec llada(String rest) throws JsonProcessingException {
    return Architectures.spec((ObjectNode) JSON.readTree(LLADA + rest), "config.json");
  }
}
