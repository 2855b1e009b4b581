package dev.winnow.app;

import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.config.ConfiguredTechnique;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.metrics.RunMetrics;
import java.util.Locale;

/** What a generation cost, for people. */
final class Stats {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Stats() {}

  /**
   * Says it on stderr.
   *
   * @param config what it ran with
   * @param headDim elements per head of the model
   */
  static void print(Terminal terminal, GenerationResult result, RunConfig config, int headDim) {
    RunMetrics metrics = result.metrics();
    terminal.note(
        "prompt:    %d tokens (%d computed), first token after %s ms, %s tok/s",
        result.usage().promptTokens(),
        metrics.prefilledTokens(),
        oneDecimal(metrics.ttftMs()),
        oneDecimal(metrics.prefillTokensPerSecond()));
    terminal.note(
        "generated: %d tokens, %s ms per token, %s tok/s, ended by %s",
        metrics.completionTokens(),
        oneDecimal(metrics.tpotMs()),
        oneDecimal(metrics.decodeTokensPerSecond()),
        result.finishReason().label());
    terminal.note(
        "work:      %s GFLOP of %s dense, %s of keys and values read of %s dense, %s held at most",
        oneDecimal(result.ledger().flops() / 1e9),
        oneDecimal(result.ledger().denseFlops() / 1e9),
        bytes(result.ledger().kvBytesRead()),
        bytes(result.ledger().denseKvBytesRead()),
        bytes(metrics.peakKvBytes()));
    TechniqueStats techniques = new TechniqueStats(result, headDim);
    terminal.note("time:      %s", techniques.time());
    for (ConfiguredTechnique technique : config.configured()) {
      terminal.note("%s:", technique.name());
      techniques.of(technique).forEach(line -> terminal.note("           %s", line));
    }
    if (metrics.spilledBytes() > 0) {
      terminal.note(
          "file:      %s of keys and values outside memory at most, %d pages copied back",
          bytes(metrics.spilledBytes()), metrics.pagesLoaded());
    }
    terminal.note("load:      %s ms", oneDecimal(result.loadMs()));
  }

  /** A size such as {@code 270.4 MiB}. */
  static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1024 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : oneDecimal(size) + " " + UNITS[unit];
  }

  /** A number of operations such as {@code 1.25 GFLOP}. */
  static String flops(long operations) {
    return operations >= 1e9
        ? String.format(Locale.ROOT, "%.2f GFLOP", operations / 1e9)
        : operations >= 1e7
            ? String.format(Locale.ROOT, "%.0f MFLOP", operations / 1e6)
            : String.format(Locale.ROOT, "%.3f MFLOP", operations / 1e6);
  }

  private static String oneDecimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
