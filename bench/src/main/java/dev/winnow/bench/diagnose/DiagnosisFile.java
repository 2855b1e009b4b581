package dev.winnow.bench.diagnose;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Diagnoses as JSON lines, one for each layer of each step watched. */
public final class DiagnosisFile implements AutoCloseable {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final BufferedWriter writer;

  /**
   * Opens {@code file} and empties it.
   *
   * @throws IOException if it cannot be written
   */
  public DiagnosisFile(Path file) throws IOException {
    writer = Files.newBufferedWriter(file);
  }

  /** Writes a line. */
  public void write(LayerDiagnosis diagnosis) {
    ObjectNode line = MAPPER.valueToTree(diagnosis);
    line.put("phase", diagnosis.phase().name().toLowerCase(Locale.ROOT));
    finite((ArrayNode) line.get("log_sum_exp_gap"));
    try {
      writer.write(line.toString());
      writer.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JSON has no infinity, which a head that read nothing has. */
  private static void finite(ArrayNode values) {
    for (int i = 0; i < values.size(); i++) {
      if (!Double.isFinite(values.get(i).asDouble())) {
        values.setNull(i);
      }
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
