package dev.winnow.engine.loop;

/**
 * How dense execution cuts a text into the tokens that go through the model at once.
 *
 * @param origin token at which the first chunk starts
 * @param size tokens of a chunk, but for the last
 * @param executed whether the text goes through the model in these chunks, and not in the smaller
 *     ones of a technique
 */
record DenseChunks(int origin, int size, boolean executed) {

  /** Token at which the chunk of {@code token} starts. */
  int startOf(int token) {
    return token - (token - origin) % size;
  }
}
