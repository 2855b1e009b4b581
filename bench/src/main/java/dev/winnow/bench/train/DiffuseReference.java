package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.diffuse.DiffuseSuite;
import dev.winnow.bench.diffuse.DiffuseVocabulary;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.bench.diffuse.ListTask;
import dev.winnow.bench.train.Schedule.Phase;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * {@code reference:diffuse}: a masked diffusion model in LLaDA's layout that sorts, copies,
 * reverses and shuffles lists.
 *
 * @param shape the model
 */
record DiffuseReference(LlamaShape shape) implements ReferenceTask {
  private static final long SCORING_SEED = 1;
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

  /** A row of the table of scores. */
  private record Row(List<ListTask> tasks, int steps) {
    String title() {
      return "%s; %d step%s".formatted(names(", "), steps, steps == 1 ? "" : "s");
    }

    String names(String separator) {
      return tasks.stream().map(ListTask::word).collect(Collectors.joining(separator));
    }

    String command(int lists) {
      return "winnow eval --suite diffuse --model reference:diffuse --tasks %s --steps %d --n %d --seed %d"
          .formatted(names(","), steps, lists, SCORING_SEED);
    }
  }

  private static List<Row> rows() {
    List<ListTask> functions =
        Arrays.stream(ListTask.values()).filter(ListTask::isFunction).toList();
    List<Row> rows = new ArrayList<>();
    functions.forEach(task -> rows.add(new Row(List.of(task), ListData.RESPONSE)));
    for (int steps = ListData.RESPONSE; steps >= 1; steps /= 2) {
      rows.add(new Row(functions, steps));
    }
    for (int steps = ListData.RESPONSE; steps >= 1; steps /= 2) {
      rows.add(new Row(List.of(ListTask.SHUFFLE), steps));
    }
    return rows;
  }

  /** Lists of each length, so that there are at least {@code questions} in all. */
  private static int lists(int questions) {
    int lengths = ListData.MOST - ListData.FEWEST + 1;
    return (questions + lengths - 1) / lengths;
  }

  @Override
  public SequencedMap<String, Proportion> scores(Path folder, int questions) {
    SequencedMap<String, Proportion> scores = new LinkedHashMap<>();
    try (LanguageModel model = LanguageModel.load(folder, ModelOptions.defaults())) {
      for (Row row : rows()) {
        DiffuseSuite suite =
            new DiffuseSuite(
                row.tasks(), lists(questions), SCORING_SEED, ListData.RESPONSE, row.steps());
        for (int length = ListData.FEWEST; length <= ListData.MOST; length++) {
          suite
              .score(model, length)
              .forEach((task, score) -> scores.merge(row.title(), score, Proportion::plus));
        }
      }
    }
    return scores;
  }

  @Override
  public CardText cardText(int questions) {
    return new CardText(
        List.of("synthetic", "masked-diffusion", "llada"),
        """
        A masked diffusion model in the layout of LLaDA: %d bidirectional layers of Llama's kind (hidden
        %d, %d heads of %d, MLP %d, tied embeddings, RoPE base %.0f) with a vocabulary of %d words. It
        handles lists of %d to %d items and nothing else: it is for showing and testing generation by
        masked diffusion."""
            .formatted(
                shape.layers(),
                shape.hiddenSize(),
                shape.heads(),
                shape.headDim(),
                shape.intermediateSize(),
                shape.ropeTheta(),
                shape.vocabSize(),
                ListData.FEWEST,
                ListData.MOST),
        """
            winnow generate --model reference:diffuse --raw --prompt "sort 5 3 9 1 =" --steps 4

        `sort` takes digits, `copy` and `reverse` take digits and letters, `shuffle` takes different ones
        and gives them in any order. A response has %d tokens, the answer and then end-of-sequence; all
        of them are masked at first, and each step decides those the model is surest of."""
            .formatted(ListData.RESPONSE),
        """
        Exact match of the whole answer, greedy, low-confidence remasking, one block, over lists of every
        length, float32 arithmetic on the float16 weights and float16 keys and values. A shuffled list is
        right in any order. Lists are seeded apart from the training data, but few short lists exist:
        most of 3 or 4 digits occur there too. The interval is Wilson's at 95 %.

        Sorting, copying and reversing have one answer, so every token can be decided at once. Shuffling
        has many: tokens that are decided in the same step do not know of each other, and with fewer steps
        items come twice.""",
        "To repeat the fourth row:\n\n    " + rows().get(3).command(lists(questions)),
        """
        Each row of a batch has a masking ratio t, spread evenly over (0, 1]; every
        token of its response is masked with probability t, and the cross-entropy of masked tokens is
        divided by t.""",
        """
        Data: the generator `dev.winnow.bench.diffuse.ListData`; every step has a seed of its own. The lists
        of a batch are of one length, long ones more often; two in five are to be sorted, one each to be
        copied, reversed and shuffled.""",
        "the exact match is on lists of %d to sort, copy and reverse, decided in one step"
            .formatted(ListData.MOST));
  }
}
