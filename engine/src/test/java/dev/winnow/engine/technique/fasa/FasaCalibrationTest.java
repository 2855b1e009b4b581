package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FasaCalibrationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  private final FasaCalibration calibration =
      CalibrationFixtures.calibration("0123".repeat(16), ChunkPairing.TRUE_PAIR, 3, 4, 5);

  @Test
  void what_is_written_is_read_back() throws IOException {
    Path file = temp.resolve("fasa.json");

    calibration.write(file);

    assertThat(FasaCalibration.read(file)).isEqualTo(calibration);
    assertThat(calibration.tokens()).isEqualTo(257);
    try (var files = Files.list(temp)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void the_file_says_what_it_was_made_from() throws IOException {
    Path file = temp.resolve("fasa.json");
    calibration.write(file);

    JsonNode json = JSON.readTree(file.toFile());

    assertThat(json.get("format").asText()).isEqualTo("fasa-calibration");
    assertThat(json.get("version").asInt()).isEqualTo(1);
    assertThat(json.get("fingerprint").asText()).isEqualTo(calibration.fingerprint());
    assertThat(json.get("pairing").asText()).isEqualTo("true_pair");
    assertThat(json.get("window").asInt()).isEqualTo(32);
    assertThat(json.get("steps").asInt()).isEqualTo(40);
    assertThat(json.get("tokens").asInt()).isEqualTo(257);
    assertThat(json.at("/corpus/1/name").asText()).isEqualTo("b.txt");
    assertThat(json.at("/mean_agreement/2/3/4").floatValue())
        .isEqualTo(calibration.agreement().of(2, 3, 4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fingerprint", "model", "pairing", "window", "steps", "corpus", "mean_agreement"})
  void a_missing_key_is_named(String key) throws IOException {
    Path file = written(json -> json.remove(key));

    assertThatThrownBy(() -> FasaCalibration.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ": " + key + " is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "pairing, '\"triple\"', 'pairing must be true_pair or adjacent'",
    "pairing, 3, 'pairing must be a text'",
    "window, 0, 'window and steps must be >= 1'",
    "steps, -1, 'window and steps must be >= 1'",
    "version, 2, 'version 1'",
    "format, '\"other\"', 'format fasa-calibration'",
    "mean_agreement, '[]', '[layers, heads, chunks]'",
    "mean_agreement, '[[]]', '[layers, heads, chunks]'",
    "mean_agreement, '[[[]]]', '[layers, heads, chunks]'",
    "mean_agreement, '[[[0.5], [0.5, 0.5]]]', 'as many'",
    "mean_agreement, '[[[1.5]]]', '[0, 1]'",
    "mean_agreement, '[[[\"much\"]]]', '[0, 1]'",
    "mean_agreement, '\"much\"', '[layers, heads, chunks]'"
  })
  void a_bad_value_is_named(String key, String value, String message) throws IOException {
    JsonNode bad = JSON.readTree(value);
    Path file = written(json -> json.set(key, bad));

    assertThatThrownBy(() -> FasaCalibration.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1, 2]", "3", "{} {}", "\u0000"})
  void what_is_no_calibration_is_refused(String content) throws IOException {
    Path file = Files.writeString(temp.resolve("bad.json"), content);

    assertThatThrownBy(() -> FasaCalibration.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
  }

  private Path written(Consumer<ObjectNode> change) throws IOException {
    Path file = temp.resolve("fasa.json");
    calibration.write(file);
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    Files.writeString(file, json.toString());
    return file;
  }
}
