package dev.winnow.bench.text;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Where the sentences of a prose haystack come from. */
interface Prose {

  /** The same {@code count} sentences for the same state of {@code random}. */
  List<String> sentences(RandomGenerator random, int count);

  /** The sentences of {@code text}, if there is one, or generated ones. */
  static Prose of(Optional<String> text) {
    return text.<Prose>map(FromText::new).orElseGet(Generated::new);
  }

  /** Sentences of nouns, adjectives and verbs that make grammar and little sense. */
  final class Generated implements Prose {
    private static final List<Function<RandomGenerator, String>> FORMS =
        List.of(
            r -> "The %s %s the %s near the %s.".formatted(thing(r), verb(r), thing(r), noun(r)),
            r -> "Nobody in the %s %s the %s again.".formatted(noun(r), verb(r), thing(r)),
            r -> "Every %s %s its own %s.".formatted(thing(r), verb(r), noun(r)),
            r -> "It was said that the %s %s the %s.".formatted(noun(r), verb(r), thing(r)),
            r -> "Behind the %s stood the %s of the %s.".formatted(noun(r), noun(r), thing(r)),
            r -> "The %s was %s, and so was the %s.".formatted(noun(r), adjective(r), noun(r)),
            r -> "Later that day the %s %s one %s too many.".formatted(noun(r), verb(r), noun(r)),
            r -> "Between the %s and the %s lay the %s.".formatted(noun(r), noun(r), thing(r)),
            r -> "Some %s grew %s beside the %s.".formatted(noun(r), adjective(r), thing(r)),
            r -> "They %s the %s before the %s fell.".formatted(verb(r), thing(r), noun(r)),
            r -> "When the %s came, we %s the %s.".formatted(thing(r), verb(r), thing(r)),
            r -> "My %s %s that %s for years.".formatted(noun(r), verb(r), thing(r)));

    @Override
    public List<String> sentences(RandomGenerator random, int count) {
      List<String> sentences = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sentences.add(Draws.pick(random, FORMS).apply(random));
      }
      return sentences;
    }

    private static String thing(RandomGenerator random) {
      return adjective(random) + " " + noun(random);
    }

    private static String adjective(RandomGenerator random) {
      return Draws.pick(random, Words.ADJECTIVES);
    }

    private static String noun(RandomGenerator random) {
      return Draws.pick(random, Words.NOUNS);
    }

    private static String verb(RandomGenerator random) {
      return Draws.pick(random, Words.VERBS);
    }
  }

  /** Consecutive sentences of a text from a random one on; after the last comes the first. */
  final class FromText implements Prose {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final List<String> text = new ArrayList<>();

    FromText(String text) {
      String line = BLANKS.matcher(text).replaceAll(" ").strip();
      BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ENGLISH);
      sentences.setText(line);
      int start = 0;
      for (int end = sentences.next(); end != BreakIterator.DONE; end = sentences.next()) {
        this.text.add(line.substring(start, end).strip());
        start = end;
      }
    }

    @Override
    public List<String> sentences(RandomGenerator random, int count) {
      int first = random.nextInt(text.size());
      List<String> sentences = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sentences.add(text.get((first + i) % text.size()));
      }
      return sentences;
    }
  }
}
