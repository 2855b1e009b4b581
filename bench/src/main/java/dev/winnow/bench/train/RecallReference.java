package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.recall.RecallVocabulary;
import dev.winnow.bench.train.Schedule.Phase;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * {@code reference:recall}: a Llama that finds facts in filler.
 *
 * @param shape the model
 * @param trainedTokens longest sequence it is trained on
 */
record RecallReference(LlamaShape shape, int trainedTokens) implements ReferenceTask {
  /** Longest sequence that can be tried: far beyond what the model can do. */
  private static final int POSITIONS = 16384;

  private static final long SCORING_SEED = 1;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Short sequences first: induction has to be found before it can be made to reach far. */
  static ReferenceRecipe recipe() {
    LlamaShape shape =
        new LlamaShape(
            RecallVocabulary.words().size(), 128, 3, 4, 2, 64, 256, 10_000, 1e-5, POSITIONS);
    return new ReferenceRecipe(
        "recall",
        "Finds facts in long filler, several of them, and chains of two or three.",
        new RecallReference(shape, 512),
        new Schedule(
            List.of(
                new Phase("find", 400, 32, mixed(shape, 64, 6, 6, 6, 0), 50, 0.020, 0.020),
                new Phase("settle", 150, 32, mixed(shape, 64, 3, 6, 6, 0.3), 0, 0.018, 0.012),
                new Phase("128", 250, 32, mixed(shape, 128, 1, 12, 12, 0.5), 0, 0.015, 0.013),
                new Phase("256", 250, 16, mixed(shape, 256, 1, 16, 18, 0.5), 0, 0.013, 0.011),
                new Phase("512", 1300, 8, mixed(shape, 512, 1, 20, 24, 0.5), 0, 0.012, 0.0004))));
  }

  private static TrainingData mixed(
      LlamaShape shape, int tokens, int minFacts, int maxFacts, int questions, double chained) {
    return new RecallBatches(
        shape, new RecallTask(tokens, minFacts, maxFacts, questions, chained, 3, false, true));
  }

  @Override
  public String program() {
    return LlamaProgram.of(shape, true, "answers");
  }

  @Override
  public List<Parameter> parameters() {
    return LlamaNames.LLAMA.parameters(shape);
  }

  @Override
  public Map<String, ObjectNode> documents() {
    return Map.of(
        "config.json",
        withSigns(shape.config()),
        "generation_config.json",
        withSigns(NODES.objectNode()).put("do_sample", false).put("max_new_tokens", 16),
        "tokenizer.json",
        new WordTokenizer(
                RecallVocabulary.words(),
                RecallVocabulary.UNKNOWN + 1,
                RecallVocabulary.BOS,
                RecallVocabulary.UNKNOWN)
            .document(),
        "tokenizer_config.json",
        tokenizerConfig());
  }

  /** The full stop ends an answer, so it ends a generation too. */
  private static ObjectNode withSigns(ObjectNode config) {
    config.put("bos_token_id", RecallVocabulary.BOS).put("pad_token_id", RecallVocabulary.PAD);
    config.putArray("eos_token_id").add(RecallVocabulary.STOP).add(RecallVocabulary.EOS);
    return config;
  }

  private static ObjectNode tokenizerConfig() {
    List<String> words = RecallVocabulary.words();
    return NODES
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", words.get(RecallVocabulary.BOS))
        .put("eos_token", words.get(RecallVocabulary.EOS))
        .put("pad_token", words.get(RecallVocabulary.PAD))
        .put("unk_token", words.get(RecallVocabulary.UNKNOWN))
        .put("clean_up_tokenization_spaces", false);
  }

  /** A row of the table of scores. */
  private record Row(int tokens, int needles, int hops) {
    String title() {
      return hops == 1
          ? "%d tokens, %d needle%s".formatted(tokens, needles, needles == 1 ? "" : "s")
          : "%d tokens, chains of %d among %d facts".formatted(tokens, hops, needles);
    }

    String command(int questions) {
      return "winnow eval --suite recall --model reference:recall --tokens %d --needles %d --hops %d --n %d --seed %d"
          .formatted(tokens, needles, hops, questions, SCORING_SEED);
    }
  }

  private List<Row> rows() {
    return List.of(
        new Row(trainedTokens, 1, 1),
        new Row(trainedTokens, 4, 1),
        new Row(trainedTokens, 8, 1),
        new Row(trainedTokens, 8, 2),
        new Row(trainedTokens, 9, 3),
        new Row(2 * trainedTokens, 8, 1),
        new Row(4 * trainedTokens, 8, 1));
  }

  @Override
  public SequencedMap<String, Proportion> scores(Path folder, int questions) throws IOException {
    SequencedMap<String, Proportion> scores = new LinkedHashMap<>();
    try (LanguageModel model = LanguageModel.load(folder, ModelOptions.defaults())) {
      for (Row row : rows()) {
        RecallSuite suite = new RecallSuite(row.needles(), row.hops(), questions, SCORING_SEED);
        scores.put(row.title(), suite.score(model, row.tokens()));
      }
    }
    return scores;
  }

  @Override
  public CardText cardText(int questions) {
    return new CardText(
        List.of("synthetic", "retrieval", "llama"),
        """
        A Llama of %d layers (hidden %d, %d query and %d key-value heads of %d, MLP %d, tied
        embeddings, RoPE base %.0f) with a vocabulary of %d words. It knows one made-up language and
        nothing else: it is for showing and testing what an inference engine does with long contexts."""
            .formatted(
                shape.layers(),
                shape.hiddenSize(),
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                shape.intermediateSize(),
                shape.ropeTheta(),
                shape.vocabSize()),
        """
            winnow generate --model reference:recall --raw --prompt "set amber 48 21 . set cedar 07 93 . ? amber"

        `set amber 48 21 .` states that amber has the value 48 21, `set amber cedar .` that amber leads to
        cedar; `? amber` asks for what was stated, `chain amber` for every step to the value. The rest of a
        text is filler: sentences of random words. An answer ends with a full stop.

        It is trained on sequences of up to %d tokens. `max_position_embeddings` lets longer ones
        in so that they can be tried; with dense attention it fails there, since it has never seen such
        distances."""
            .formatted(trainedTokens),
        """
        Exact match of all tokens of an answer, greedy, with dense attention, float32 arithmetic on the
        float16 weights and a float16 KV cache. Contexts are seeded and not from the training data. The
        interval is Wilson's at 95 %.""",
        "To repeat the third row:\n\n    " + rows().get(2).command(questions),
        "Cross-entropy counts answer tokens only.",
        """
        Data: the generator `dev.winnow.bench.recall.RecallData`; every step has a seed of its own. A
        question comes anywhere behind the fact it asks for, and no name is asked twice.""",
        "the exact match is on as many facts as the phase has at most, all asked at the end");
  }
}
