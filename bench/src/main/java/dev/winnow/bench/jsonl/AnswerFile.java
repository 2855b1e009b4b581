package dev.winnow.bench.jsonl;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Answers as JSON lines: {@code id}, {@code answer} and {@code score}. */
public final class AnswerFile implements AutoCloseable {
  private final BufferedWriter writer;

  /**
   * Opens {@code file} and empties it.
   *
   * @throws IOException if it cannot be written
   */
  public AnswerFile(Path file) throws IOException {
    writer = Files.newBufferedWriter(file);
  }

  /**
   * Writes a line, which is in the file from then on.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(TextSuite.Answer answer) {
    try {
      writer.write(
          JsonNodeFactory.instance
              .objectNode()
              .put("id", answer.question().id())
              .put("answer", answer.text())
              .put("score", answer.score())
              .toString());
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
