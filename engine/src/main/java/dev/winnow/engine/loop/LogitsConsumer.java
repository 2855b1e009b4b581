package dev.winnow.engine.loop;

/** Takes the logits of one token after the other. */
@FunctionalInterface
public interface LogitsConsumer {

  /**
   * The model's scores for the token after {@code position}.
   *
   * @param logits {@code [vocabSize]}, valid during the call
   */
  void accept(int position, float[] logits);
}
