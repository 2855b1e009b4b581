package dev.winnow.app;

import dev.winnow.bench.Perplexity;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.TextCodec;
import java.util.Arrays;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How suites feed a text. */
final class FeedingFlags {
  /** As {@code Perplexity} keeps a row of logits per token of a chunk, smaller than for speed. */
  private static final int CHUNK = 256;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description = "ppl, fidelity: tokens that go through the model at once (default: 256).")
  private int chunk = CHUNK;

  @Option(
      names = "--decode-from",
      paramLabel = "N",
      description =
          "ppl, fidelity: feed the tokens from position N on one at a time, as generated ones are,"
              + " and score only what these predict (default: ppl: none, all are prefilled and"
              + " scored; fidelity: half of --tokens).")
  private Integer decodeFrom;

  int chunk() {
    return chunk;
  }

  /** How to feed the text; from {@code absent} on it is decoded if nobody said. */
  Perplexity.Feeding feeding(int absent) {
    return new Perplexity.Feeding(chunk, decodeFrom == null ? absent : decodeFrom);
  }

  /** The one number that is {@code --tokens}. */
  int tokens(EvalSuite.Setting setting, String suite, int least) {
    setting.shared().text().require(setting, suite);
    setting.requireTokens();
    if (setting.tokens().size() != 1 || setting.tokens().getFirst() < least) {
      throw new ParameterException(
          setting.command(),
          "for suite %s --tokens must be one number >= %d, got %s"
              .formatted(suite, least, setting.tokens()));
    }
    return setting.tokens().getFirst();
  }

  /** The content of {@code --text}, which is there. */
  String content(EvalSuite.Setting setting) {
    return setting.shared().text().content(setting).orElseThrow();
  }

  /** The first {@code tokens} tokens of {@code content}, which the model has room for. */
  int[] ids(EvalSuite.Setting setting, LanguageModel loaded, String content, int tokens) {
    TextCodec codec =
        loaded
            .codec()
            .orElseThrow(
                () -> new CommandException("eval needs a tokenizer, and this model has none"));
    int[] ids = codec.encode(content, true);
    if (ids.length < tokens) {
      throw new CommandException(
          "%s has %d tokens, fewer than --tokens %d; give a longer text or fewer tokens"
              .formatted(setting.shared().text().path(), ids.length, tokens));
    }
    if (tokens - 1 > loaded.maxTokens()) {
      throw new CommandException(
          "--tokens %d does not fit the model's context of %d tokens"
              .formatted(tokens, loaded.maxTokens()));
    }
    return Arrays.copyOf(ids, tokens);
  }
}
