package dev.winnow.engine;

/**
 * Follows a generation, on the thread that generates; what it throws ends the generation and
 * reaches the caller.
 */
@FunctionalInterface
public interface TokenListener {
  /** A token came. */
  void onToken(TokenEvent event);

  /** The generation ended, however it did; not called after an exception. */
  default void onComplete(GenerationResult result) {}
}
