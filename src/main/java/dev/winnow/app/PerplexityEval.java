package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Perplexity;
import dev.winnow.bench.TokenScorer;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.TextCodec;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Suite {@code ppl}: how well a model predicts a text. */
final class PerplexityEval implements EvalSuite {
  /** As {@code Perplexity} keeps a row of logits per token of a chunk, smaller than for speed. */
  private static final int CHUNK = 256;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "ppl: a UTF-8 file; - is standard input. Required.")
  private Path text;

  @Option(
      names = "--against",
      paramLabel = "f32|f16|int8",
      description =
          "ppl: compare with the same model with these weights, f32 keys and values and no"
              + " techniques, which is loaded beside it: f32 for one with nothing rounded"
              + " (default: none).")
  private WeightFormat against;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description = "ppl: tokens that go through the model at once (default: 256).")
  private int chunk = CHUNK;

  @Option(
      names = "--decode-from",
      paramLabel = "N",
      description =
          "ppl: feed the tokens from position N on one at a time, as generated ones are, and score"
              + " only what these predict (default: none, all are prefilled and scored).")
  private Integer decodeFrom;

  @Override
  public boolean asksQuestions() {
    return false;
  }

  @Override
  public Report run(Setting setting) {
    if (text == null) {
      throw new ParameterException(setting.command(), "suite ppl needs --text");
    }
    setting.requireTokens();
    if (setting.tokens().size() != 1 || setting.tokens().getFirst() < 2) {
      throw new ParameterException(
          setting.command(),
          "for suite ppl --tokens must be one number >= 2, got " + setting.tokens());
    }
    int tokens = setting.tokens().getFirst();
    Perplexity.Feeding feeding =
        Ranges.check(
            setting.command(),
            () ->
                new Perplexity.Feeding(chunk, decodeFrom == null ? Integer.MAX_VALUE : decodeFrom));
    setting.options(chunk);
    String content = InputFiles.of(setting.terminal(), setting.command(), "--text").text(text);
    try (LanguageModel loaded = setting.load(chunk)) {
      int[] ids = ids(loaded, content, tokens);
      try (Session session = loaded.openSession()) {
        TokenScorer scorer = TokenScorer.of(session, loaded.config().vocabSize());
        return report(
            against == null
                ? Perplexity.measure(scorer, Optional.empty(), ids, feeding)
                : measureAgainst(setting, scorer, ids, feeding));
      }
    }
  }

  private Perplexity measureAgainst(
      Setting setting, TokenScorer scorer, int[] ids, Perplexity.Feeding feeding) {
    try (LanguageModel reference = setting.load(chunk, against, DType.F32);
        Session session = reference.openSession()) {
      TokenScorer other = TokenScorer.of(session, reference.config().vocabSize());
      return Perplexity.measure(scorer, Optional.of(other), ids, feeding);
    }
  }

  private int[] ids(LanguageModel loaded, String content, int tokens) {
    TextCodec codec =
        loaded
            .codec()
            .orElseThrow(
                () -> new CommandException("eval needs a tokenizer, and this model has none"));
    int[] ids = codec.encode(content, true);
    if (ids.length < tokens) {
      throw new CommandException(
          "%s has %d tokens, fewer than --tokens %d; give a longer text or fewer tokens"
              .formatted(text, ids.length, tokens));
    }
    if (tokens - 1 > loaded.maxTokens()) {
      throw new CommandException(
          "--tokens %d does not fit the model's context of %d tokens"
              .formatted(tokens, loaded.maxTokens()));
    }
    return Arrays.copyOf(ids, tokens);
  }

  private Report report(Perplexity result) {
    ObjectNode figures =
        JsonNodeFactory.instance
            .objectNode()
            .put("mean_nll", result.meanNll())
            .put("perplexity", result.perplexity())
            .put("tokens", result.tokens());
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "perplexity %.4f, mean negative log-likelihood %.6f over %d tokens",
            result.perplexity(),
            result.meanNll(),
            result.tokens()));
    result
        .against()
        .ifPresent(
            other -> {
              figures
                  .put("against", against.label())
                  .put("reference_mean_nll", other.meanNll())
                  .put("perplexity_ratio", result.ratio().orElseThrow())
                  .put("top1_agreement", other.top1Agreement())
                  .put("mean_kl", other.meanKl());
              lines.add(
                  String.format(
                      Locale.ROOT,
                      "against %s: perplexity x %.5f, first choice the same at %.2f%%, mean"
                          + " divergence %.3g nats",
                      against.label(),
                      result.ratio().orElseThrow(),
                      100 * other.top1Agreement(),
                      other.meanKl()));
            });
    return new Report(figures, lines);
  }
}
