package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Fidelity;
import dev.winnow.bench.Perplexity;
import dev.winnow.bench.score.TokenBleu;
import dev.winnow.engine.LanguageModel;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Suite {@code fidelity}: how far techniques are from exact dense attention. */
final class FidelityEval implements EvalSuite {
  @Option(
      names = "--continuations",
      paramLabel = "N",
      description =
          "fidelity: prompts to continue greedily: beginnings of the prefilled part (default: 4).")
  private int continuations = 4;

  @Option(
      names = "--continue",
      paramLabel = "N",
      description = "fidelity: tokens of each continuation (default: 32).")
  private int length = 32;

  @Override
  public Set<SharedFlags.Kind> takes() {
    return Set.of(SharedFlags.Kind.TEXT, SharedFlags.Kind.FEEDING);
  }

  @Override
  public Report run(Setting setting) {
    FeedingFlags text = setting.shared().feeding();
    int tokens = text.tokens(setting, "fidelity", 4);
    Fidelity.Plan plan =
        Ranges.check(
            setting.command(),
            () -> new Fidelity.Plan(text.feeding(tokens / 2), continuations, length));
    int decodeFrom = plan.feeding().decodeFrom();
    if (decodeFrom > tokens - 2) {
      throw new ParameterException(
          setting.command(),
          "--decode-from must be at most --tokens - 2, which is %d, got %d"
              .formatted(tokens - 2, decodeFrom));
    }
    setting.options(text.chunk());
    String content = text.content(setting);
    try (LanguageModel loaded = setting.load(text.chunk())) {
      int[] ids = text.ids(setting, loaded, content, tokens);
      if (decodeFrom + (long) length > loaded.maxTokens()) {
        throw new CommandException(
            "--decode-from %d and --continue %d do not fit the model's context of %d tokens"
                .formatted(decodeFrom, length, loaded.maxTokens()));
      }
      return report(Fidelity.measure(loaded, ids, plan), decodeFrom);
    }
  }

  private Report report(Fidelity result, int decodeFrom) {
    Perplexity forced = result.forced();
    Perplexity.Against dense = forced.against().orElseThrow();
    ObjectNode figures =
        JsonNodeFactory.instance
            .objectNode()
            .put("tokens", forced.tokens())
            .put("decode_from", decodeFrom)
            .put("top1_agreement", dense.top1Agreement())
            .put("mean_kl", dense.meanKl())
            .put("nll_delta", result.nllDelta())
            .put("mean_nll", forced.meanNll())
            .put("dense_mean_nll", dense.meanNll())
            .put("continuations", continuations)
            .put("continue", length)
            .put("same_tokens", result.sameTokens());
    ObjectNode bleu = figures.putObject("bleu");
    for (TokenBleu.Smoothing smoothing : TokenBleu.Smoothing.values()) {
      bleu.put(Choices.lowerCase(smoothing), result.bleu().get(smoothing));
    }
    return new Report(
        figures,
        List.of(
            String.format(
                Locale.ROOT,
                "against dense over %d tokens: first choice the same at %.2f%%, mean divergence %.3g"
                    + " nats, negative log-likelihood %+.6f",
                forced.tokens(),
                100 * dense.top1Agreement(),
                dense.meanKl(),
                result.nllDelta()),
            String.format(
                Locale.ROOT,
                "%d continuations of %d tokens: BLEU %.3f (add-k), the same for %.1f%% of the tokens"
                    + " before the first difference",
                continuations,
                length,
                result.bleu().get(TokenBleu.Smoothing.ADD_K),
                100 * result.sameTokens())));
  }
}
