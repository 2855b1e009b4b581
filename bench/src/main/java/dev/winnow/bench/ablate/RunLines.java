package dev.winnow.bench.ablate;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs as JSON lines. A line is written at once and forced to the disk, so that whatever ends the
 * process leaves at most one half-written line behind, the last, which is not read.
 */
public final class RunLines implements AutoCloseable {
  private static final int MAX_LINE_BYTES = 256 << 20;

  private final FileChannel channel;

  private RunLines(FileChannel channel) {
    this.channel = channel;
  }

  /** One run as a line, without its end. */
  public static String line(RunRecord run) {
    return RunJson.write(run).toString();
  }

  /**
   * The run of a line.
   *
   * @param where for messages
   * @throws IllegalArgumentException naming the place and the key of what is wrong
   */
  public static RunRecord parse(String where, String line) {
    return StrictObject.parse(where, line, RunJson::read);
  }

  /**
   * All runs of {@code file}, in order; none if there is no such file.
   *
   * @param notes told about a half-written last line, which is left out
   * @throws IllegalArgumentException naming file, line and key of anything else that is wrong
   * @throws IOException if the file cannot be read
   */
  public static List<RunRecord> read(Path file, Consumer<String> notes) throws IOException {
    return scan(file, notes).runs();
  }

  /**
   * Opens {@code file} to append to; a half-written last line is cut off.
   *
   * @throws IllegalArgumentException as {@link #read}
   * @throws IOException if the file cannot be read or written
   */
  public static RunLines append(Path file) throws IOException {
    Scan scan = scan(file, note -> {});
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    RunLines lines = new RunLines(channel);
    try {
      if (channel.size() > scan.end()) {
        channel.truncate(scan.end());
      }
      channel.position(channel.size());
      if (!scan.ended()) {
        lines.write(new byte[] {'\n'});
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return lines;
  }

  /**
   * Writes a line; when this returns, it is on the disk.
   *
   * @throws IOException if it cannot be written; what was there before stays as it was
   */
  public void write(RunRecord run) throws IOException {
    write((line(run) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void write(byte[] bytes) throws IOException {
    long before = channel.position();
    try {
      for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
        channel.write(left);
      }
      channel.force(true);
    } catch (IOException e) {
      try {
        channel.truncate(before);
      } catch (IOException left) {
        e.addSuppressed(left); // half a line stays, which the next reader leaves out
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * What a file holds.
   *
   * @param end bytes up to the end of the last whole line
   * @param ended whether that line has its line feed
   */
  private record Scan(List<RunRecord> runs, long end, boolean ended) {}

  private static Scan scan(Path file, Consumer<String> notes) throws IOException {
    List<RunRecord> runs = new ArrayList<>();
    if (!Files.exists(file)) {
      return new Scan(runs, 0, true);
    }
    long end = 0;
    int number = 1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
          checkLength(file, number, line);
          continue;
        }
        runs.add(parse("%s, line %d".formatted(file, number), text(file, number, line)));
        end += line.size() + 1;
        line.reset();
        number++;
      }
      if (line.size() == 0) {
        return new Scan(runs, end, true);
      }
      try {
        runs.add(parse("%s, line %d".formatted(file, number), text(file, number, line)));
        return new Scan(runs, end + line.size(), false);
      } catch (IllegalArgumentException e) {
        notes.accept(
            "%s, line %d: the last line is half-written and left out; its run is done again"
                .formatted(file, number));
        return new Scan(runs, end, true);
      }
    }
  }

  private static void checkLength(Path file, int number, ByteArrayOutputStream line) {
    if (line.size() > MAX_LINE_BYTES) {
      throw new IllegalArgumentException(
          "%s, line %d is longer than %d MiB, so this is no file of runs"
              .formatted(file, number, MAX_LINE_BYTES >> 20));
    }
  }

  private static String text(Path file, int number, ByteArrayOutputStream line) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "%s, line %d is not UTF-8 text".formatted(file, number), e);
    }
  }
}
