package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Perplexity;
import dev.winnow.bench.TokenScorer;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Suite {@code ppl}: how well a model predicts a text. */
final class PerplexityEval implements EvalSuite {
  @Option(
      names = "--against",
      paramLabel = "f32|f16|int8",
      description =
          "ppl: compare with the same model with these weights, f32 keys and values and no"
              + " techniques, which is loaded beside it: f32 for one with nothing rounded"
              + " (default: none).")
  private WeightFormat against;

  @Override
  public Set<SharedFlags.Kind> takes() {
    return Set.of(SharedFlags.Kind.TEXT, SharedFlags.Kind.FEEDING);
  }

  @Override
  public Report run(Setting setting) {
    FeedingFlags text = setting.shared().feeding();
    int tokens = text.tokens(setting, "ppl", 2);
    Perplexity.Feeding feeding =
        Ranges.check(setting.command(), () -> text.feeding(Integer.MAX_VALUE));
    setting.options(text.chunk());
    String content = text.content(setting);
    try (LanguageModel loaded = setting.load(text.chunk())) {
      int[] ids = text.ids(setting, loaded, content, tokens);
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
    try (LanguageModel reference = setting.load(feeding.chunk(), against, DType.F32);
        Session session = reference.openSession()) {
      TokenScorer other = TokenScorer.of(session, reference.config().vocabSize());
      return Perplexity.measure(scorer, Optional.of(other), ids, feeding);
    }
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
