package dev.winnow.bench.jsonl;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.text.SeededSuite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Answers as JSON lines: {@code id}, {@code answer} and {@code score}; for a seeded suite {@code
 * references} too, which are not known from elsewhere.
 */
public final class AnswerFile implements AutoCloseable {
  private final Writer writer;

  /**
   * Opens {@code file} and empties it.
   *
   * @throws IOException if it cannot be written
   */
  public AnswerFile(Path file) throws IOException {
    this(Files.newBufferedWriter(file));
  }

  private AnswerFile(Writer writer) {
    this.writer = writer;
  }

  /** Keeps nothing. */
  public static AnswerFile none() {
    return new AnswerFile(Writer.nullWriter());
  }

  /**
   * Writes a line, which is in the file from then on.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(TextSuite.Answer answer) {
    write(line(answer.question().id(), answer.text(), answer.score()));
  }

  /** The same for a seeded suite. */
  public void write(SeededSuite.Answer answer) {
    ObjectNode line = line(answer.item().key(), answer.text(), answer.score());
    ArrayNode references = line.putArray("references");
    answer.item().references().forEach(references::add);
    write(line);
  }

  private static ObjectNode line(String id, String answer, double score) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("answer", answer)
        .put("score", score);
  }

  private void write(ObjectNode line) {
    try {
      writer.write(line.toString());
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
