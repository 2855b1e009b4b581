package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.diffuse.DiffuseVocabulary;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.bench.train.Schedule.Phase;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * {@code reference:diffuse}: a masked diffusion model in LLaDA's layout that sorts, copies,
 * reverses and shuffles lists.
 *
 * @param shape the model
 */
record DiffuseReference(LlamaShape shape) implements ReferenceTask {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The names of LLaDA's own checkpoints. */
  private static final LlamaNames NAMES =
      new LlamaNames(
          "model.transformer.wte",
          "model.transformer.blocks.",
          List.of(
              "attn_norm",
              "q_proj",
              "k_proj",
              "v_proj",
              "attn_out",
              "ff_norm",
              "ff_proj",
              "up_proj",
              "ff_out"),
          "model.transformer.ln_f");

  static ReferenceRecipe recipe() {
    LlamaShape shape =
        new LlamaShape(DiffuseVocabulary.words().size(), 96, 8, 3, 3, 32, 256, 10_000, 1e-5, 64);
    return new ReferenceRecipe(
        "diffuse",
        "Sorts, copies, reverses and shuffles short lists by masked diffusion.",
        new DiffuseReference(shape),
        new Schedule(
            List.of(new Phase("lists", 2000, 256, new DiffuseBatches(shape), 100, 0.020, 0.0005))));
  }

  @Override
  public String program() {
    return LlamaProgram.of(shape, false, "masked");
  }

  @Override
  public List<Parameter> parameters() {
    return NAMES.parameters(shape);
  }

  @Override
  public Map<String, ObjectNode> documents() {
    return Map.of(
        "config.json",
        config(),
        "generation_config.json",
        NODES.objectNode().put("max_new_tokens", ListData.RESPONSE),
        "tokenizer.json",
        new WordTokenizer(
                DiffuseVocabulary.words(),
                DiffuseVocabulary.UNKNOWN + 1,
                DiffuseVocabulary.BOS,
                DiffuseVocabulary.UNKNOWN)
            .document(),
        "tokenizer_config.json",
        tokenizerConfig());
  }

  private ObjectNode config() {
    ObjectNode config = NODES.objectNode();
    config.putArray("architectures").add("LLaDAModelLM");
    return config
        .put("model_type", "llada")
        .put("vocab_size", shape.vocabSize())
        .put("embedding_size", shape.vocabSize())
        .put("d_model", shape.hiddenSize())
        .put("mlp_hidden_size", shape.intermediateSize())
        .put("n_layers", shape.layers())
        .put("n_heads", shape.heads())
        .put("n_kv_heads", shape.kvHeads())
        .put("max_sequence_length", shape.positions())
        .put("block_type", "llama")
        .put("block_group_size", 1)
        .put("activation_type", "silu")
        .put("layer_norm_type", "rms")
        .put("rms_norm_eps", shape.normEpsilon())
        .put("rope", true)
        .put("rope_theta", shape.ropeTheta())
        .put("rope_full_precision", true)
        .put("alibi", false)
        .put("attention_layer_norm", false)
        .put("include_bias", false)
        .put("include_qkv_bias", false)
        .put("input_emb_norm", false)
        .put("scale_logits", false)
        .put("weight_tying", true)
        .put("use_cache", false)
        .put("mask_token_id", DiffuseVocabulary.MASK)
        .put("bos_token_id", DiffuseVocabulary.BOS)
        .put("eos_token_id", DiffuseVocabulary.EOS)
        .put("pad_token_id", DiffuseVocabulary.PAD)
        .put("torch_dtype", "float16");
  }

  private static ObjectNode tokenizerConfig() {
    List<String> words = DiffuseVocabulary.words();
    return NODES
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", words.get(DiffuseVocabulary.BOS))
        .put("eos_token", words.get(DiffuseVocabulary.EOS))
        .put("mask_token", words.get(DiffuseVocabulary.MASK))
        .put("pad_token", words.get(DiffuseVocabulary.PAD))
        .put("unk_token", words.get(DiffuseVocabulary.UNKNOWN))
        .put("clean_up_tokenization_spaces", false);
  }

  @Override
  public SequencedMap<String, Proportion> scores(Path folder, int questions) {
    return new LinkedHashMap<>();
  }

  @Override
  public CardText cardText(int questions) {
    return new CardText(List.of(), "", "", "", "", "", "", "");
  }
}
