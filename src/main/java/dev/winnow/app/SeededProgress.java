package dev.winnow.app;

import dev.winnow.bench.text.TextItem;
import java.time.Duration;

/** Says on standard error how far a seeded suite is. */
final class SeededProgress {
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final Terminal terminal;
  private final int questions;
  private int asked;
  private String last = "";
  private long lastNanos;

  SeededProgress(Terminal terminal, int questions) {
    this.terminal = terminal;
    this.questions = questions;
  }

  /** A question was answered; a line tells if it is of another kind, or after some silence. */
  void show(TextItem item) {
    asked++;
    String place =
        "%s, %,d tokens".formatted(item.task(), item.at().get(TextItem.LENGTH).intValue());
    long now = System.nanoTime();
    if (!place.equals(last) || now - lastNanos >= SILENCE.toNanos()) {
      terminal.note("%s: question %,d of %,d", place, asked, questions);
      last = place;
      lastNanos = now;
    }
  }
}
