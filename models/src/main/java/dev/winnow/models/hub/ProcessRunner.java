package dev.winnow.models.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs a real process; ends it and its children when the time is up or the thread interrupted. */
final class ProcessRunner implements CommandRunner {
  private static final int LONGEST_LINE = 2000;

  @Override
  public int run(List<String> command, Duration timeout, Consumer<String> output)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      BlockingQueue<String> lines = new LinkedBlockingQueue<>(10_000);
      Thread reader = Thread.ofVirtual().start(() -> read(process, lines));
      boolean ended = false;
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!ended && System.nanoTime() < deadline) {
        pass(lines, output);
        ended = process.waitFor(50, TimeUnit.MILLISECONDS);
      }
      if (!ended) {
        throw new HubException(
            "'%s' did not end within %d s and was stopped; check the network and run it again"
                .formatted(String.join(" ", command), timeout.toSeconds()));
      }
      reader.join(Duration.ofSeconds(1));
      pass(lines, output);
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void pass(BlockingQueue<String> lines, Consumer<String> output) {
    String line;
    while ((line = lines.poll()) != null) {
      output.accept(line);
    }
  }

  private static void read(Process process, BlockingQueue<String> lines) {
    Charset charset = StandardCharsets.UTF_8;
    try (BufferedReader reader = process.inputReader(charset)) {
      String line;
      while ((line = reader.readLine()) != null) {
        lines.put(line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line);
      }
    } catch (IOException e) {
      // the process was ended and its pipe with it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
