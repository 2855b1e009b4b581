package dev.winnow.engine;

import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Generations as streams. */
final class Streams {
  private Streams() {}

  /** A sequential stream that computes a token per element and cancels when closed. */
  static Stream<TokenEvent> of(Generation generation) {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(generation, traits), false)
        .onClose(generation::close);
  }
}
