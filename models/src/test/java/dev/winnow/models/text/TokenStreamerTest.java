package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenStreamerTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "   leading",
          "The river ran on.",
          "  two  spaces \n\n and\ttabs ",
          "日本語のテキスト 你好",
          "👩‍👩‍👧‍👦 family 🇪🇺 flag 👍🏽 skin",
          "e\u0301 a\u0308\u0323 combining",
          "مرحبا हिन्दी ไทย",
          "\ufffd real replacement \ufffd\ufffd",
          "𐍈𐍈𐍈 𝔘𝔫𝔦",
          "<|im_start|>user\nhi<|im_end|> there </s> <s>",
          "a\0b");

  static Tokenizer tokenizer(String name) {
    return name.equals("byte-level")
        ? Fixtures.byteLevel()
        : Fixtures.load(Fixtures.sentencePieceMetadata(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "prefix", "no-prefix"})
  void texts_stream_to_what_they_decode_to(String name) {
    try (Tokenizer tokenizer = tokenizer(name)) {
      for (String text : TEXTS) {
        StreamerAssert.assertStreamsLikeDecode(tokenizer, tokenizer.encode(text, true));
        StreamerAssert.assertStreamsLikeDecode(tokenizer, tokenizer.encode(text, false));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "prefix", "no-prefix"})
  void random_ids_stream_to_what_they_decode_to(String name) {
    try (Tokenizer tokenizer = tokenizer(name)) {
      Random random = new Random(3);
      for (int round = 0; round < 400; round++) {
        // A few more than there are, and often only the low ids, where the bytes are.
        int bound = random.nextBoolean() ? 300 : tokenizer.vocabularySize() + 5;
        int[] ids = random.ints(random.nextInt(60), 0, bound).toArray();
        StreamerAssert.assertStreamsLikeDecode(tokenizer, ids);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "prefix", "no-prefix"})
  void runs_of_one_token_stream_to_what_they_decode_to(String name) {
    try (Tokenizer tokenizer = tokenizer(name)) {
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        int[] ids = new int[20];
        Arrays.fill(ids, id);
        StreamerAssert.assertStreamsLikeDecode(tokenizer, ids);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "prefix"})
  void no_piece_ends_in_the_middle_of_a_character(String name) {
    try (Tokenizer tokenizer = tokenizer(name)) {
      String text = "a 👩‍👩‍👧‍👦 b 日本語 𐍈 c";
      TokenStreamer streamer = tokenizer.streamer(true);
      List<String> pieces = new ArrayList<>();
      for (int id : tokenizer.encode(text, false)) {
        pieces.add(streamer.push(id));
      }
      pieces.add(streamer.flush());
      assertThat(String.join("", pieces)).isEqualTo(text);
      for (String piece : pieces) {
        assertThat(piece).doesNotContain("\uFFFD");
        assertThat(piece.codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
      }
    }
  }

  @Test
  void text_comes_as_soon_as_it_is_certain() {
    try (Tokenizer tokenizer = tokenizer("byte-level")) {
      TokenStreamer streamer = tokenizer.streamer(true);
      for (int id : tokenizer.encode("the river ran on", false)) {
        assertThat(streamer.push(id)).isNotEmpty();
      }
      assertThat(streamer.flush()).isEmpty();
    }
  }

  @Test
  void an_incomplete_character_at_the_end_is_flushed_as_a_replacement() {
    try (Tokenizer tokenizer = tokenizer("byte-level")) {
      TokenStreamer streamer = tokenizer.streamer(true);
      int lead = tokenizer.idOf("ð").orElseThrow();
      assertThat(streamer.push(lead)).isEmpty();
      assertThat(streamer.flush()).isEqualTo("\uFFFD");
      assertThat(streamer.flush()).isEmpty();
    }
  }

  @Test
  void a_streamer_starts_anew_after_flush() {
    try (Tokenizer tokenizer = tokenizer("prefix")) {
      TokenStreamer streamer = tokenizer.streamer(true);
      for (int round = 0; round < 2; round++) {
        StringBuilder text = new StringBuilder();
        for (int id : tokenizer.encode("the river", false)) {
          text.append(streamer.push(id));
        }
        assertThat(text.append(streamer.flush()).toString()).isEqualTo("the river");
      }
    }
  }

  @Test
  void a_negative_id_is_refused() {
    try (Tokenizer tokenizer = tokenizer("byte-level")) {
      assertThatThrownBy(() -> tokenizer.streamer(true).push(-1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
