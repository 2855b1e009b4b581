package dev.winnow.bench.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to ask.
 *
 * @param tasks kinds of questions, by name; none, the default, for all of the suite
 * @param tokens {@code tokens}: lengths of contexts with question and answer, in tokens of the
 *     model; at least one, each at least 1
 * @param depths {@code depths}: shares of the haystack before what is asked for, each in [0, 1];
 *     empty for 0, 0.25, 0.5, 0.75 and 1
 * @param n {@code n}: questions for each task, length and depth, in [1, 10000], default 5
 * @param seed {@code seed}: of everything random, default 1
 * @param raw {@code raw}: whether prompts are continued as they are even by a model with a chat
 *     format, default no
 * @param decodeQuestion {@code decode_question}: whether questions are fed one token at a time, as
 *     generated ones are, so that techniques that leave prompts dense work on them, default no
 * @param text {@code text}: what haystacks of prose are made of; empty for generated sentences
 * @param keys {@code keys}: keys asked for at once, in [2, 64]; empty for 3
 * @param threadLength {@code thread_length}: keys of a thread, in [2, 64]; empty for 3
 * @param threadCount {@code thread_count}: threads at once, in [2, 64]; empty for 2
 */
public record SuiteOptions(
    List<String> tasks,
    List<Integer> tokens,
    Optional<List<Double>> depths,
    int n,
    long seed,
    boolean raw,
    boolean decodeQuestion,
    Optional<String> text,
    OptionalInt keys,
    OptionalInt threadLength,
    OptionalInt threadCount) {
  private static final int MOST_REPETITIONS = 10_000;

  /** Checks ranges. */
  public SuiteOptions {
    tasks = List.copyOf(tasks);
    tokens = List.copyOf(tokens);
    depths = depths.map(List::copyOf);
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException("tokens must be one length or more, got none");
    }
    for (int length : tokens) {
      if (length < 1) {
        throw new IllegalArgumentException("tokens must be >= 1, got " + length);
      }
    }
    if (depths.isPresent() && depths.get().isEmpty()) {
      throw new IllegalArgumentException("depths must be one share or more, got none");
    }
    for (double depth : depths.orElse(List.of())) {
      if (!(depth >= 0 && depth <= 1)) {
        throw new IllegalArgumentException("depths must be in [0, 1], got " + depth);
      }
    }
    if (n < 1 || n > MOST_REPETITIONS) {
      throw new IllegalArgumentException(
          "n must be in [1, %d], got %d".formatted(MOST_REPETITIONS, n));
    }
    refuseRepeated("task", tasks);
    refuseRepeated("tokens", tokens);
    refuseRepeated("depths", depths.orElse(List.of()));
    if (text.isPresent() && text.get().isBlank()) {
      throw new IllegalArgumentException("text must hold a sentence or more, got only blanks");
    }
    checkRange("keys", keys);
    checkRange("thread_length", threadLength);
    checkRange("thread_count", threadCount);
  }

  private static void checkRange(String name, OptionalInt value) {
    if (value.isPresent() && (value.getAsInt() < 2 || value.getAsInt() > 64)) {
      throw new IllegalArgumentException(
          "%s must be in [2, 64], got %d".formatted(name, value.getAsInt()));
    }
  }

  /** Items of the same place would have the same key. */
  private static void refuseRepeated(String name, List<?> values) {
    if (values.stream().distinct().count() < values.size()) {
      throw new IllegalArgumentException(
          "%s must not hold a value twice, got %s".formatted(name, values));
    }
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds options; ranges are checked by {@link #build()}. */
  public static final class Builder {
    private List<String> tasks = List.of();
    private List<Integer> tokens = List.of();
    private Optional<List<Double>> depths = Optional.empty();
    private int n = 5;
    private long seed = 1;
    private boolean raw;
    private boolean decodeQuestion;
    private Optional<String> text = Optional.empty();
    private OptionalInt keys = OptionalInt.empty();
    private OptionalInt threadLength = OptionalInt.empty();
    private OptionalInt threadCount = OptionalInt.empty();

    private Builder() {}

    /** Kinds of questions. */
    public Builder tasks(List<String> value) {
      tasks = value;
      return this;
    }

    /** {@code tokens}. */
    public Builder tokens(List<Integer> value) {
      tokens = value;
      return this;
    }

    /** {@code depths}. */
    public Builder depths(List<Double> value) {
      depths = Optional.of(value);
      return this;
    }

    /** {@code n}. */
    public Builder n(int value) {
      n = value;
      return this;
    }

    /** {@code seed}. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** {@code raw}. */
    public Builder raw(boolean value) {
      raw = value;
      return this;
    }

    /** {@code decode_question}. */
    public Builder decodeQuestion(boolean value) {
      decodeQuestion = value;
      return this;
    }

    /** {@code text}. */
    public Builder text(String value) {
      text = Optional.of(value);
      return this;
    }

    /** {@code keys}. */
    public Builder keys(int value) {
      keys = OptionalInt.of(value);
      return this;
    }

    /** {@code thread_length}. */
    public Builder threadLength(int value) {
      threadLength = OptionalInt.of(value);
      return this;
    }

    /** {@code thread_count}. */
    public Builder threadCount(int value) {
      threadCount = OptionalInt.of(value);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException naming one that is out of range
     */
    public SuiteOptions build() {
      return new SuiteOptions(
          tasks,
          tokens,
          depths,
          n,
          seed,
          raw,
          decodeQuestion,
          text,
          keys,
          threadLength,
          threadCount);
    }
  }
}
