package dev.winnow.app;

import picocli.CommandLine.Mixin;

/** Options of {@code eval} that some suites share, by what they are about. */
final class SharedFlags {
  @Mixin private QuestionFlags questions;
  @Mixin private TextFile text;
  @Mixin private FeedingFlags feeding;
  @Mixin private AskingFlags asking;
  @Mixin private AnswerFlags answers;
  @Mixin private TaskFlags tasks;
  @Mixin private DepthFlags depths;

  /** A mixin above, whose field has the name in lower case. */
  enum Kind {
    QUESTIONS("ask questions"),
    TEXT("feed a text"),
    FEEDING("feed a text"),
    ASKING("ask after a context"),
    ANSWERS("ask in text"),
    TASKS("have several tasks"),
    DEPTHS("hide at a depth");

    private final String doing;

    Kind(String doing) {
      this.doing = doing;
    }

    /** What suites that take it do. */
    String doing() {
      return doing;
    }
  }

  QuestionFlags questions() {
    return questions;
  }

  TextFile text() {
    return text;
  }

  FeedingFlags feeding() {
    return feeding;
  }

  AskingFlags asking() {
    return asking;
  }

  AnswerFlags answers() {
    return answers;
  }

  TaskFlags tasks() {
    return tasks;
  }

  DepthFlags depths() {
    return depths;
  }
}
