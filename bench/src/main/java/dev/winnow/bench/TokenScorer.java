package dev.winnow.bench;

import dev.winnow.engine.Session;
import dev.winnow.engine.loop.LogitsConsumer;

/** A sequence that gives the logits after each token it is fed. */
public interface TokenScorer {

  /** Logits per token. */
  int vocabSize();

  /** Feeds tokens as a prompt is fed; logits in order, valid during the call. */
  void prefill(int[] ids, LogitsConsumer consumer);

  /** Feeds one token as a generated one is fed. */
  void decode(int id, LogitsConsumer consumer);

  /** The tokens of {@code session}. */
  static TokenScorer of(Session session, int vocabSize) {
    return new TokenScorer() {
      @Override
      public int vocabSize() {
        return vocabSize;
      }

      @Override
      public void prefill(int[] ids, LogitsConsumer consumer) {
        session.score(ids, consumer);
      }

      @Override
      public void decode(int id, LogitsConsumer consumer) {
        session.scoreNext(id, consumer);
      }
    };
  }
}
