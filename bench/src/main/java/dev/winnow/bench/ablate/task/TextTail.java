package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.Measurement;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.TextCodec;
import dev.winnow.engine.loop.LogitsConsumer;
import dev.winnow.engine.metrics.Ledger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A text whose beginning goes through a model as a prompt and whose tail token by token, as
 * generated tokens do; what each tail token predicts is scored, in blocks.
 *
 * @param ids the tokens
 * @param decodeFrom how many of them are the prompt
 * @param block tail tokens in an item
 * @param promptCost whether costs count the prompt too
 */
@SuppressWarnings("ArrayRecordComponent")
record TextTail(int[] ids, int decodeFrom, int block, boolean promptCost) {
  private static final int MAX_BYTES = 64 << 20;

  /** Gives a score to what one token predicted. */
  interface Scorer {
    /**
     * The score.
     *
     * @param id the token that was fed
     * @param target the token that follows it
     */
    double score(float[] logits, int id, int target);
  }

  /** Refuses sizes that do not go together. */
  static void check(int tokens, int decodeFrom, int block) {
    if (tokens < 3) {
      throw new IllegalArgumentException("tokens must be >= 3, got " + tokens);
    }
    if (decodeFrom < 1 || decodeFrom > tokens - 2) {
      throw new IllegalArgumentException(
          "decode_from must be in [1, tokens - 2], which is %d, got %d"
              .formatted(tokens - 2, decodeFrom));
    }
    if (block < 1) {
      throw new IllegalArgumentException("block must be >= 1, got " + block);
    }
  }

  /** Refuses a text that is not named. */
  static void check(Path text, String suite) {
    if (text == null) {
      throw new IllegalArgumentException(
          "%s: text is missing; name a UTF-8 file, here or with --set text=FILE".formatted(suite));
    }
  }

  /** The first {@code tokens} tokens of {@code text}, which the model has room for. */
  static int[] ids(LanguageModel model, Path text, int tokens) {
    TextCodec codec =
        model
            .codec()
            .orElseThrow(
                () ->
                    new IllegalArgumentException("a text is fed, and this model has no tokenizer"));
    int[] ids = codec.encode(content(text), true);
    if (ids.length < tokens) {
      throw new IllegalArgumentException(
          "text: %s has %d tokens, fewer than tokens: %d; give a longer text or fewer tokens"
              .formatted(text, ids.length, tokens));
    }
    if (tokens - 1 > model.maxTokens()) {
      throw new IllegalArgumentException(
          "tokens: %d do not fit the model's context of %d".formatted(tokens, model.maxTokens()));
    }
    return Arrays.copyOf(ids, tokens);
  }

  /** The content of a UTF-8 file. */
  static String content(Path text) {
    try {
      if (Files.size(text) > MAX_BYTES) {
        throw new IllegalArgumentException(
            "%s is larger than %d MiB".formatted(text, MAX_BYTES >> 20));
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(text)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("%s is not UTF-8 text".formatted(text), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s".formatted(text, e.getMessage()), e);
    }
  }

  /** Computes the prompt in an empty session. */
  void prompt(Session session) {
    session.append(Arrays.copyOf(ids, decodeFrom - 1));
    session.score(new int[] {ids[decodeFrom - 1]}, (position, logits) -> {});
  }

  /** Feeds all of it to the model of {@code run}; an item is the mean score of a block. */
  void measure(Measurement run, Scorer scorer) {
    try (Session session = run.model().openSession()) {
      long start = System.nanoTime();
      prompt(session);
      run.firstToken((System.nanoTime() - start) / 1e6);
      Ledger before = session.ledger();
      for (int from = decodeFrom; from < ids.length - 1; from += block) {
        block(run, session, from, Math.min(from + block, ids.length - 1), scorer);
      }
      run.work(promptCost ? session.ledger() : session.ledger().minus(before));
      run.held(session.peakKvBytes());
    }
  }

  private void block(Measurement run, Session session, int from, int to, Scorer scorer) {
    double sum = 0;
    long nanos = 0;
    float[][] last = new float[1][];
    LogitsConsumer keep = (position, logits) -> last[0] = logits.clone();
    for (int at = from; at < to; at++) {
      long start = System.nanoTime();
      session.scoreNext(ids[at], keep);
      nanos += System.nanoTime() - start;
      sum += scorer.score(last[0], ids[at], ids[at + 1]);
      run.checkCancelled();
    }
    run.furtherTokens(nanos / 1e6 / (to - from));
    run.item(
        "tokens %d to %d".formatted(from, to),
        Map.of("position", (double) from),
        sum / (to - from));
  }
}
