package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopMatcherTest {

  @Test
  void textThatMayBecomeAStopStringIsHeldBack() {
    StopMatcher matcher = new StopMatcher(List.of("END", "N!"));
    assertThat(matcher.push("aE")).isEqualTo("a");
    assertThat(matcher.push("N")).isEmpty();
    assertThat(matcher.push("X")).isEqualTo("ENX");
    assertThat(matcher.push("EN")).isEmpty();
    assertThat(matcher.push("!b")).isEqualTo("E");
    assertThat(matcher.stopped()).isTrue();
    assertThat(matcher.push("more")).isEmpty();
    assertThat(matcher.flush()).isEmpty();
  }

  @Test
  void whatIsHeldBackComesOutAtTheEnd() {
    StopMatcher matcher = new StopMatcher(List.of("aab"));
    assertThat(matcher.push("aaa")).isEqualTo("a");
    assertThat(matcher.flush()).isEqualTo("aa");
    assertThat(matcher.stopped()).isFalse();
  }

  @Test
  void theStopStringThatIsCompleteFirstWins() {
    assertThat(new StopMatcher(List.of("d", "bc")).push("abcd")).isEqualTo("a");
    assertThat(new StopMatcher(List.of("abcd", "bc")).push("abcd")).isEqualTo("a");
    assertThat(new StopMatcher(List.of("bc", "abc")).push("abcd")).isEmpty();
  }

  @Test
  void howTheTextIsCutIntoPiecesDoesNotMatter() {
    Random random = new Random(1);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 12; i++) {
        text.append((char) ('a' + random.nextInt(2)));
      }
      List<String> stops = List.of("abbab", "bba", "aaaa", "bbb");
      StopMatcher matcher = new StopMatcher(stops);
      StringBuilder out = new StringBuilder();
      List<Integer> cuts = new ArrayList<>();
      for (int at = 0; at < text.length(); ) {
        int next = Math.min(text.length(), at + 1 + random.nextInt(4));
        out.append(matcher.push(text.substring(at, next)));
        cuts.add(next);
        at = next;
      }
      out.append(matcher.flush());
      String expected = textBeforeTheStopThatIsCompleteFirst(text.toString(), stops);
      assertThat(out.toString()).as("%s cut at %s", text, cuts).isEqualTo(expected);
      assertThat(matcher.stopped()).isEqualTo(expected.length() < text.length());
    }
  }

  private static String textBeforeTheStopThatIsCompleteFirst(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String before = text.substring(0, end);
      int longest =
          stops.stream().filter(before::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return text.substring(0, end - longest);
      }
    }
    return text;
  }
}
