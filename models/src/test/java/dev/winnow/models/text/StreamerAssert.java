package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** The property that defines streaming. */
final class StreamerAssert {
  private StreamerAssert() {}

  static void assertStreamsLikeDecode(Tokenizer tokenizer, int[] ids) {
    for (boolean skipSpecial : new boolean[] {false, true}) {
      TokenStreamer streamer = tokenizer.streamer(skipSpecial);
      StringBuilder streamed = new StringBuilder();
      for (int id : ids) {
        streamed.append(streamer.push(id));
      }
      streamed.append(streamer.flush());
      assertThat(streamed.toString())
          .as("ids %s, skipSpecial %s", Arrays.toString(ids), skipSpecial)
          .isEqualTo(tokenizer.decode(ids, skipSpecial));
    }
  }
}
