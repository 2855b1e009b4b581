package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * RULER's needles: magic numbers or UUIDs for keys.
 *
 * @param name of the task
 * @param haystack what they are hidden in
 * @param form what keys and values are
 * @param keys how many are hidden
 * @param values of each key
 * @param asked how many keys are asked for
 */
record MagicNeedles(String name, Hay haystack, Form form, int keys, int values, int asked)
    implements TextTask {
  /** RULER hides at one of as many evenly spaced depths. */
  private static final int DEPTHS = 40;

  /** What needles are hidden in. */
  enum Hay {
    NOISE,
    PROSE,
    /** Other needles. */
    NEEDLES
  }

  /** What keys and values are. */
  enum Form {
    WORD_NUMBER,
    WORD_UUID,
    UUID_UUID;

    String key(RandomGenerator random) {
      return this == UUID_UUID ? Draws.uuid(random) : Draws.compound(random);
    }

    String value(RandomGenerator random) {
      return this == WORD_NUMBER ? Draws.number(random, 7) : Draws.uuid(random);
    }

    String plural() {
      return this == WORD_NUMBER ? "numbers" : "uuids";
    }
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return 128;
  }

  @Override
  public Set<Knob> heeds() {
    return haystack == Hay.PROSE ? Set.of(Knob.TEXT) : Set.of();
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    RandomGenerator random = seeds.random("needles");
    Set<String> used = new HashSet<>();
    List<String> names = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      names.add(fresh(used, random));
      for (int j = 0; j < values; j++) {
        String value = form.value(random);
        while (numbers.contains(value)) {
          value = form.value(random);
        }
        numbers.add(value);
        sentences.add(needle(names.getLast(), value));
      }
    }
    Collections.shuffle(sentences, random);
    List<Integer> depths = Draws.distinct(random, sentences.size(), DEPTHS);
    List<Haystack.Needle> needles = new ArrayList<>();
    for (int i = 0; i < depths.size(); i++) {
      needles.add(new Haystack.Needle(depths.get(i) / (DEPTHS - 1.0), sentences.get(i)));
    }
    List<Integer> which = Draws.distinct(random, asked, keys);
    Asked question =
        ask(
            which.stream().map(names::get).toList(),
            which.stream()
                .flatMap(key -> numbers.subList(key * values, (key + 1) * values).stream())
                .toList());
    return List.of(
        TextTask.draft(
            1,
            size -> {
              RandomGenerator filler = seeds.random("filler");
              List<String> all = Haystack.with(filler(filler, setup, used, size), needles);
              String between = haystack == Hay.PROSE ? " " : "\n";
              return new Page(task() + String.join(between, all) + "\n", question);
            }));
  }

  private List<String> filler(RandomGenerator random, Setup setup, Set<String> used, int size) {
    if (haystack == Hay.NOISE) {
      return Haystack.noiseLines(size);
    }
    if (haystack == Hay.PROSE) {
      return setup.prose().sentences(random, size);
    }
    Set<String> taken = new HashSet<>(used);
    List<String> others = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      others.add(needle(fresh(taken, random), form.value(random)));
    }
    return others;
  }

  private String fresh(Set<String> used, RandomGenerator random) {
    String key = form.key(random);
    while (!used.add(key)) {
      key = form.key(random);
    }
    return key;
  }

  private String needle(String key, String value) {
    return "One of the special magic %s for %s is: %s.".formatted(form.plural(), key, value);
  }

  private boolean one() {
    return values * asked == 1;
  }

  private String kind() {
    return one() ? form.plural().substring(0, form.plural().length() - 1) : form.plural();
  }

  private String task() {
    return (one() ? "A special magic %s is" : "Some special magic %s are").formatted(kind())
        + " hidden within the following text. Make sure to memorize it. I will quiz you about the"
        + " %s afterwards.\n".formatted(kind());
  }

  private Asked ask(List<String> names, List<String> answers) {
    String query =
        names.size() == 1
            ? names.getFirst()
            : String.join(", ", names.subList(0, names.size() - 1)) + ", and " + names.getLast();
    String what = "special magic %s for %s mentioned in the provided text".formatted(kind(), query);
    return new Asked(
        (one() ? "What is the " : "What are all the ") + what + "?",
        " The " + what + (one() ? " is" : " are"),
        answers);
  }
}
