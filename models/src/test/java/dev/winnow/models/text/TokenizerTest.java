package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static Tokenizer tokenizer;
  private static JsonNode expected;

  @BeforeAll
  static void load() {
    tokenizer = Fixtures.byteLevel();
    expected = Fixtures.json("byte-level.expected.json");
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void ids_are_those_of_the_python_library_whatever_truncation_the_file_asks_for() {
    for (JsonNode item : expected.get("pre").get("smollm")) {
      String text = item.get("text").textValue();
      assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(Fixtures.ints(item.get("ids")));
    }
  }

  @Test
  void texts_of_ids_are_those_of_the_python_library() {
    for (JsonNode item : expected.get("decoded")) {
      int[] ids = Fixtures.ints(item.get("ids"));
      assertThat(tokenizer.decode(ids, false)).isEqualTo(item.get("text").textValue());
      assertThat(tokenizer.decode(ids, true)).isEqualTo(item.get("skipped").textValue());
    }
  }

  @Test
  void special_tokens_are_added_on_request_only() {
    assertThat(tokenizer.encode("the river", true))
        .isEqualTo(Fixtures.ints(expected.get("with_bos")));
    assertThat(tokenizer.encode("the river", false)).doesNotContain(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "a\0b", "\uD83D", "\uDE00", "a\uD83Db\uDE00", "\uDE00\uD83D"})
  void odd_texts_are_encoded_with_half_surrogates_as_replacement_characters(String text) {
    int[] ids = tokenizer.encode(text, false);
    String repaired = text.replaceAll("[\\x{D800}-\\x{DFFF}]", "\uFFFD");
    assertThat(tokenizer.decode(ids, false)).isEqualTo(repaired);
  }

  @Test
  void a_megabyte_of_text_is_neither_cut_nor_slow() {
    String text = "the river ran on, 😀 and ".repeat(1 << 15).concat("x".repeat(1 << 18));
    assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
  }

  @Test
  void ids_without_a_token_have_no_text_and_negative_ids_are_refused() {
    assertThat(tokenizer.decode(new int[] {tokenizer.vocabularySize(), Integer.MAX_VALUE}, false))
        .isEmpty();
    assertThatThrownBy(() -> tokenizer.decode(new int[] {0, -1}, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1")
        .hasMessageContaining("position 1");
  }

  @Test
  void tokens_are_found_by_their_spelling() {
    assertThat(tokenizer.idOf("<|im_end|>")).hasValue(2);
    assertThat(tokenizer.idOf("no such token")).isEmpty();
    assertThat(tokenizer.vocabularySize()).isEqualTo(expected.get("tokens").size());
    assertThat(tokenizer.isSpecial(2)).isTrue();
    assertThat(tokenizer.isSpecial(3)).isFalse();
    assertThat(tokenizer.isSpecial(-1)).isFalse();
  }

  @Test
  void special_ids_come_from_the_config() throws Exception {
    ObjectNode config =
        (ObjectNode)
            new ObjectMapper()
                .readTree("{\"eos_token\": {\"content\": \"<|im_end|>\"}, \"bos_token\": null}");
    try (Tokenizer configured =
        Tokenizer.load(Fixtures.bytes("byte-level.json"), Optional.of(config), "x")) {
      assertThat(configured.eosId()).hasValue(2);
      assertThat(configured.bosId()).isEmpty();
      assertThat(configured.padId()).isEmpty();
      assertThat(configured.unknownId()).isEmpty();
    }
  }

  @Test
  void a_closed_tokenizer_says_so() {
    Tokenizer closed = Fixtures.byteLevel();
    TokenStreamer streamer = closed.streamer(false);
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.encode("a", false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> streamer.push(5)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void several_threads_get_the_same_ids_until_it_is_closed() throws Exception {
    Tokenizer shared = Fixtures.byteLevel();
    int[] ids = shared.encode("the river ran on", false);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(
            threads.submit(
                () -> {
                  int rounds = 0;
                  try {
                    while (true) {
                      assertThat(shared.encode("the river ran on", false)).isEqualTo(ids);
                      rounds++;
                    }
                  } catch (IllegalStateException closed) {
                    return rounds;
                  }
                }));
      }
      Thread.sleep(50);
      shared.close();
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"model\": 5}",
        "{\"model\": {}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}}",
        "{\"model\": {\"type\": \"Magic\", \"vocab\": {\"a\": 0}}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 4294967296}, \"merges\": []}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": \"0\"}, \"merges\": []}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": 7}}",
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", 0.5, 3]]}}",
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[]]}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"added_tokens\": [{}]}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"normalizer\": {\"type\": \"No\"}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\", \"invert\": false}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}} x",
      })
  void a_damaged_file_is_one_clear_exception(String json) {
    assertThatThrownBy(
            () ->
                Tokenizer.load(
                    json.getBytes(StandardCharsets.UTF_8), Optional.empty(), "m/tokenizer.json"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("m/tokenizer.json");
  }

  @Test
  void mutated_files_never_bring_the_process_down() {
    byte[] good = Fixtures.bytes("byte-level.json");
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < 1_000; round++) {
      byte[] bad =
          Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
      for (int i = random.nextInt(4); i >= 0 && bad.length > 0; i--) {
        bad[random.nextInt(bad.length)] =
            (byte) " {}[],:\"0123456789-aetruflns\\\u0001".charAt(random.nextInt(30));
      }
      try (Tokenizer mutant = Tokenizer.load(bad, Optional.empty(), "mutant")) {
        int[] ids = mutant.encode("the river 😀 <|im_end|>", true);
        StreamerAssert.assertStreamsLikeDecode(mutant, ids);
      } catch (CheckpointException e) {
        assertThat(e).hasMessageStartingWith("mutant");
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 1_000);
  }
}
