package dev.winnow.bench.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Answers a question from nothing but the text of its prompt; fails where there are two answers.
 */
final class Solver {
  private static final Pattern PAIR = Pattern.compile("\"([^\"]+)\": \"([^\"]+)\"");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

  private Solver() {}

  /** All right answers to the prompt of {@code item}. */
  static Set<String> answers(TextItem item) {
    String prompt = item.prompt();
    return switch (item.task()) {
      case "passkey" -> all("The pass key is (\\d+)\\.", prompt);
      case "single", "multi", "clustered" -> looked(prompt);
      case "conditional" -> marked(prompt);
      case "sentence" -> sentence(prompt);
      case "forward", "backward", "random", "branched" -> followed(prompt);
      case "vt" -> tracked(prompt);
      case "cwe" -> common(prompt);
      case "fwe" -> frequent(prompt);
      default -> magic(prompt, item.task().equals("niah_multiquery"));
    };
  }

  /** The answers to a question about several threads. */
  static Set<String> manyThreads(TextItem item) {
    return followed(item.prompt());
  }

  /** All values of every key, in the order of the object. */
  static Map<String, List<String>> pairs(String prompt) {
    Map<String, List<String>> pairs = new LinkedHashMap<>();
    PAIR.matcher(json(prompt))
        .results()
        .forEach(
            pair ->
                pairs.computeIfAbsent(pair.group(1), k -> new ArrayList<>()).add(pair.group(2)));
    return pairs;
  }

  /** The keys in order, as often as they occur. */
  static List<String> keys(String prompt) {
    return PAIR.matcher(json(prompt)).results().map(pair -> pair.group(1)).toList();
  }

  private static String json(String prompt) {
    return prompt.substring(prompt.indexOf('{'), prompt.indexOf('}') + 1);
  }

  private static List<String> asked(String prompt) {
    String after = prompt.substring(prompt.lastIndexOf("\nKey"));
    return QUOTED.matcher(after).results().map(key -> key.group(1)).toList();
  }

  private static Set<String> looked(String prompt) {
    Set<String> values = new HashSet<>();
    for (String key : asked(prompt)) {
      assertThat(pairs(prompt).get(key)).hasSize(1);
      values.addAll(pairs(prompt).get(key));
    }
    return values;
  }

  private static Set<String> marked(String prompt) {
    String sign = all("character \"(.)\"", prompt).iterator().next();
    Set<String> values = new HashSet<>();
    pairs(prompt)
        .forEach(
            (key, value) -> {
              if (key.contains(sign)) {
                values.addAll(value);
              }
            });
    return values;
  }

  private static Set<String> sentence(String prompt) {
    String town = all("best thing to do in (\\w+)\\?", prompt).iterator().next();
    return all("The best thing to do in " + town + " is to ([^.]+)\\.", prompt);
  }

  private static Set<String> followed(String prompt) {
    Map<String, List<String>> pairs = pairs(prompt);
    Set<String> ends = new HashSet<>();
    for (String start : asked(prompt)) {
      ends.add(longest(pairs, start).getLast());
    }
    return ends;
  }

  /** The values on the longest way from {@code key}, which must be the only one as long. */
  static List<String> longest(Map<String, List<String>> pairs, String key) {
    List<List<String>> ways = new ArrayList<>();
    for (String value : pairs.get(key)) {
      List<String> way = new ArrayList<>(List.of(value));
      if (pairs.containsKey(value)) {
        way.addAll(longest(pairs, value));
      }
      ways.add(way);
    }
    ways.sort(Comparator.comparingInt(way -> -way.size()));
    if (ways.size() > 1) {
      assertThat(ways.get(0).size()).isGreaterThan(ways.get(1).size());
    }
    return ways.getFirst();
  }

  private static Set<String> magic(String prompt, boolean several) {
    String query =
        all("special magic \\w+ for (.+) mentioned in the provided text\\?", prompt)
            .iterator()
            .next();
    List<String> keys =
        several ? List.of(query.replace(", and ", ", ").split(", ")) : List.of(query);
    assertThat(keys).hasSize(several ? 4 : 1);
    Set<String> values = new HashSet<>();
    for (String key : keys) {
      values.addAll(all("One of the special magic \\w+ for " + key + " is: ([^.]+)\\.", prompt));
    }
    return values;
  }

  private static Set<String> tracked(String prompt) {
    String text = prompt.substring(prompt.lastIndexOf("Memorize and track"));
    String value = all("assigned the value (\\d+) in the text", text).iterator().next();
    Map<String, String> values = new HashMap<>();
    Set<String> found = new HashSet<>();
    Pattern.compile("VAR (\\w+) = (?:VAR )?(\\w+)\n")
        .matcher(text)
        .results()
        .forEach(
            assigned -> {
              String to = values.getOrDefault(assigned.group(2), assigned.group(2));
              values.put(assigned.group(1), to);
              if (to.equals(value)) {
                found.add(assigned.group(1));
              }
            });
    return found;
  }

  private static Set<String> common(String prompt) {
    String text = prompt.substring(prompt.lastIndexOf("Below is a numbered list"));
    List<String> words =
        Pattern.compile("\\d+\\. (\\w+)")
            .matcher(text.substring(0, text.indexOf("Question:")))
            .results()
            .map(word -> word.group(1))
            .toList();
    return mostFrequent(words, 10);
  }

  private static Set<String> frequent(String prompt) {
    String coded =
        prompt.substring(prompt.indexOf("coded words. ") + 13, prompt.indexOf("\nQuestion:"));
    return mostFrequent(
        Pattern.compile(" ").splitAsStream(coded).filter(word -> !word.equals("...")).toList(), 3);
  }

  /** Words that are more frequent than all others. */
  private static Set<String> mostFrequent(List<String> words, int count) {
    Map<String, Integer> times = new HashMap<>();
    words.forEach(word -> times.merge(word, 1, Integer::sum));
    List<String> sorted = new ArrayList<>(times.keySet());
    sorted.sort(Comparator.comparingInt(word -> -times.get(word)));
    assertThat(times.get(sorted.get(count - 1))).isGreaterThan(times.get(sorted.get(count)));
    return Set.copyOf(sorted.subList(0, count));
  }

  private static Set<String> all(String pattern, String text) {
    Set<String> found = new HashSet<>();
    for (MatchResult match : Pattern.compile(pattern).matcher(text).results().toList()) {
      found.add(match.group(1));
    }
    return found;
  }
}
