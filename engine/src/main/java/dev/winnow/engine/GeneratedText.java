package dev.winnow.engine;

import java.util.List;
import java.util.Optional;

/** The text of a generation as it grows; the pieces given out, put together, are the text. */
final class GeneratedText {
  private final Optional<TextCodec.Streamer> streamer;
  private final StopMatcher stops;
  private final StringBuilder text = new StringBuilder();

  GeneratedText(Optional<TextCodec> codec, List<String> stopStrings) {
    if (codec.isEmpty() && !stopStrings.isEmpty()) {
      throw new IllegalArgumentException(
          "stop_strings need a tokenizer, and this model has none; use eos_token_id");
    }
    streamer = codec.map(c -> c.streamer(true));
    stops = new StopMatcher(stopStrings);
  }

  /** Adds a token and returns the text that became certain. */
  String push(int id) {
    return streamer.isEmpty() ? "" : give(stops.push(streamer.get().push(id)));
  }

  /** Returns what is still held back; no token comes any more. */
  String finish() {
    if (streamer.isEmpty()) {
      return "";
    }
    String rest = stops.push(streamer.get().flush());
    return give(rest + stops.flush());
  }

  /** Whether a stop string was reached. */
  boolean stopped() {
    return stops.stopped();
  }

  String text() {
    return text.toString();
  }

  private String give(String piece) {
    text.append(piece);
    return piece;
  }
}
