package dev.winnow.app;

import dev.winnow.bench.ablate.AblationRunner;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunRecord;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The runs of an ablation on standard error: a bar where a line can be redrawn, else lines. */
final class AblationProgress implements AblationRunner.Listener, AutoCloseable {
  private static final int WIDTH = 110;
  private static final int NAME_WIDTH = 50;

  private final Terminal terminal;
  private ProgressBar bar;
  private int total;
  private int before;
  private int ended;
  private long startNanos;

  AblationProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void starting(int todo, int done) {
    total = todo + done;
    before = done;
    startNanos = System.nanoTime();
    if (done > 0) {
      note("%,d of %,d runs are done already".formatted(done, total));
    }
    if (todo > 0 && terminal.progressBars()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("ablate")
              .setInitialMax(total)
              .startsFrom(done, Duration.ZERO)
              .setUnit(" runs", 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
              .build();
    }
  }

  @Override
  public void started(List<PlannedRun> batch) {
    if (bar != null) {
      bar.setExtraMessage(" " + shortened(name(batch)));
    }
  }

  private static String name(List<PlannedRun> batch) {
    return batch.size() == 1
        ? batch.getFirst().variant().label() + ", " + batch.getFirst().task().label()
        : "%d variants, %s".formatted(batch.size(), batch.getFirst().task().label());
  }

  @Override
  public void ended(RunRecord run) {
    ended++;
    if (run.error().isPresent()) {
      note(
          "failed: %s %s, %s, %s, seed %d: %s"
              .formatted(
                  run.model(),
                  run.precision(),
                  run.variant(),
                  run.task(),
                  run.seed(),
                  run.error().get()));
    } else if (bar == null) {
      terminal.note(
          "%d of %d: %s, %s, seed %d: %s %.4g in %.1f s%s",
          before + ended,
          total,
          run.variant(),
          run.task(),
          run.seed(),
          run.metric(),
          run.score(),
          run.wallMs() / 1000,
          left());
    }
    if (bar != null) {
      bar.step();
    }
  }

  /** By the runs that have ended. */
  private String left() {
    int more = total - before - ended;
    double seconds = (System.nanoTime() - startNanos) / 1e9 / ended * more;
    return more == 0
        ? ""
        : String.format(
            Locale.ROOT,
            seconds < 90 ? ", about %.0f s left" : ", about %.0f min left",
            seconds < 90 ? seconds : seconds / 60);
  }

  @Override
  public void note(String line) {
    if (bar != null) {
      terminal.err().println();
    }
    terminal.err().println(line);
  }

  private static String shortened(String name) {
    return name.length() <= NAME_WIDTH ? name : name.substring(0, NAME_WIDTH - 3) + "...";
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
