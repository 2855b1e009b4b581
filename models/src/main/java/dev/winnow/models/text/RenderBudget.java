package dev.winnow.models.text;

import java.time.Duration;

/** The time a rendering has left; asked at every step of the interpreter. */
final class RenderBudget {
  private final Duration time;
  private final long deadline;
  private volatile boolean cancelled;

  RenderBudget(Duration time) {
    this.time = time;
    this.deadline = System.nanoTime() + time.toNanos();
  }

  void cancel() {
    cancelled = true;
  }

  void check() {
    if (cancelled || System.nanoTime() - deadline > 0) {
      throw new TemplateAbort(timeMessage(time));
    }
  }

  static String timeMessage(Duration time) {
    return "the chat template ran for more than %d ms and was stopped; it may be harmful, use --raw to prompt without it"
        .formatted(time.toMillis());
  }
}
