package dev.winnow.app;

import dev.winnow.models.hub.ProgressListener;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Downloads on standard error: a bar where a line can be redrawn, else a line per file. */
final class DownloadProgress implements ProgressListener {
  private static final int WIDTH = 78;

  private final Terminal terminal;
  private ProgressBar bar;

  private DownloadProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  static ProgressListener on(Terminal terminal) {
    return new DownloadProgress(terminal);
  }

  @Override
  public void fileStarted(String name, long size, long present) {
    closeBar();
    if (present == size) {
      return;
    }
    if (!terminal.progressBars()) {
      terminal.note("fetching %s, %s%s", name, Stats.bytes(size), present > 0 ? " (resumed)" : "");
      return;
    }
    bar =
        new ProgressBarBuilder()
            .setTaskName(shortened(name))
            .setInitialMax(size)
            .startsFrom(present, Duration.ZERO)
            .setUnit(" MiB", 1 << 20)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
            .build();
  }

  @Override
  public void advanced(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public void fileFinished(String name) {
    closeBar();
  }

  @Override
  public void status(String line) {
    closeBar();
    terminal.note(line);
  }

  private void closeBar() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  private static String shortened(String name) {
    return name.length() <= 30 ? name : "..." + name.substring(name.length() - 27);
  }
}
