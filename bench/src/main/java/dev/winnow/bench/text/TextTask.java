package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/** One kind of question, whose contexts can be made as long as wanted. */
interface TextTask {

  /** Its name in its suite. */
  String name();

  /** How answers are scored. */
  TextMetric metric();

  /** Most tokens of an answer. */
  int maxNewTokens(Setup setup);

  /** The options it heeds. */
  default Set<Knob> heeds() {
    return Set.of();
  }

  /** One context for every depth, or one for all of them. */
  List<Draft> drafts(Seeds seeds, Setup setup);

  /** Options that not every task has. */
  enum Knob {
    DEPTHS,
    TEXT,
    KEYS,
    THREAD_LENGTH,
    THREAD_COUNT;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a task is to make.
   *
   * @param tokens of a context with its question and answer
   * @param depths where to hide, each in [0, 1]
   * @param keys how many are asked for at once
   * @param threadLength keys of a thread
   * @param threadCount threads at once
   * @param prose sentences to hide among
   */
  record Setup(
      int tokens, List<Double> depths, int keys, int threadLength, int threadCount, Prose prose) {}

  /** The randomness of one repetition. */
  record Seeds(long seed, String key) {
    RandomGenerator random(String purpose) {
      return Draws.of(seed, key + "/" + purpose);
    }
  }

  /** A context whose size is not decided yet; all else is. */
  interface Draft {
    /** The least size. */
    int fewest();

    /** The context of {@code size} sentences, pairs or words, always the same. */
    Page page(int size);
  }

  /** A draft of at least {@code fewest} whose pages {@code pages} makes. */
  static Draft draft(int fewest, IntFunction<Page> pages) {
    return new Draft() {
      @Override
      public int fewest() {
        return fewest;
      }

      @Override
      public Page page(int size) {
        return pages.apply(size);
      }
    };
  }

  /** A context and the questions about it, at least one. */
  record Page(String context, List<Asked> questions) {
    Page(String context, Asked question) {
      this(context, List.of(question));
    }
  }

  /**
   * A question about a page.
   *
   * @param depth where the answer is, if that was asked for
   * @param question what comes after the context
   * @param answerStart what the answer begins with, and the blank before it
   * @param references the right answers
   */
  record Asked(OptionalDouble depth, String question, String answerStart, List<String> references) {
    Asked(String question, String answerStart, List<String> references) {
      this(OptionalDouble.empty(), question, answerStart, references);
    }

    Asked at(double where) {
      return new Asked(OptionalDouble.of(where), question, answerStart, references);
    }
  }
}
