package dev.winnow.engine.technique.fasa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.fasa.FasaCalibration.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A calibration as a JSON file. */
final class CalibrationJson {
  private static final String FORMAT = "fasa-calibration";
  private static final int VERSION = 1;

  /** A thousand layers of a hundred heads of a hundred chunks would fit. */
  private static final long MAX_BYTES = 128 << 20;

  private static final double DIGITS = 1e6;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private CalibrationJson() {}

  static FasaCalibration read(Path file) {
    return parse(bytes(file), file.toString());
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IllegalArgumentException(
            "%s is larger than %d MiB: not a calibration".formatted(file, MAX_BYTES >> 20));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    } catch (IOException e) {
      throw new IllegalArgumentException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /**
   * The calibration in {@code bytes}.
   *
   * @param where the file, for messages
   */
  static FasaCalibration parse(byte[] bytes, String where) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (!FORMAT.equals(json.path("format").asText()) || json.path("version").asInt() != VERSION) {
        throw new IllegalArgumentException(
            "not a calibration of format %s version %d; make one with winnow calibrate fasa"
                .formatted(FORMAT, VERSION));
      }
      List<Source> corpus = new ArrayList<>();
      for (JsonNode source : need(json, "corpus")) {
        corpus.add(
            new Source(
                text(source, "name"), text(source, "sha256"), need(source, "tokens").asInt()));
      }
      return new FasaCalibration(
          text(json, "fingerprint"),
          text(json, "model"),
          pairing(text(json, "pairing")),
          need(json, "window").asInt(),
          corpus,
          need(json, "steps").asInt(),
          agreement(need(json, "mean_agreement")));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: not JSON (line %d): %s"
              .formatted(where, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode need(JsonNode json, String key) {
    JsonNode value = json.get(key);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  private static String text(JsonNode json, String key) {
    JsonNode value = need(json, key);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(key + " must be a text, got " + value.getNodeType());
    }
    return value.asText();
  }

  private static ChunkPairing pairing(String label) {
    return Arrays.stream(ChunkPairing.values())
        .filter(pairing -> pairing.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "pairing must be true_pair or adjacent, got '%s'".formatted(label)));
  }

  private static MeanAgreement agreement(JsonNode layers) {
    float[][][] values = new float[sizeOf(layers)][][];
    for (int layer = 0; layer < values.length; layer++) {
      values[layer] = new float[sizeOf(layers.get(layer))][];
      for (int head = 0; head < values[layer].length; head++) {
        values[layer][head] = numbers(layers.get(layer).get(head));
      }
    }
    return new MeanAgreement(values);
  }

  private static float[] numbers(JsonNode list) {
    float[] numbers = new float[sizeOf(list)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.get(i).isNumber() ? list.get(i).floatValue() : Float.NaN;
    }
    return numbers;
  }

  private static int sizeOf(JsonNode list) {
    if (!list.isArray() || list.isEmpty()) {
      throw new IllegalArgumentException(
          "mean_agreement must be numbers [layers, heads, chunks], at least one of each");
    }
    return list.size();
  }

  static void write(FasaCalibration calibration, Path file) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("format", FORMAT)
        .put("version", VERSION)
        .put("fingerprint", calibration.fingerprint())
        .put("model", calibration.model())
        .put("pairing", calibration.pairing().label())
        .put("window", calibration.window());
    ArrayNode corpus = json.putArray("corpus");
    for (Source source : calibration.corpus()) {
      corpus
          .addObject()
          .put("name", source.name())
          .put("sha256", source.sha256())
          .put("tokens", source.tokens());
    }
    json.put("tokens", calibration.tokens()).put("steps", calibration.steps());
    MeanAgreement agreement = calibration.agreement();
    ArrayNode layers = json.putArray("mean_agreement");
    for (int layer = 0; layer < agreement.layers(); layer++) {
      ArrayNode heads = layers.addArray();
      for (int head = 0; head < agreement.heads(); head++) {
        ArrayNode chunks = heads.addArray();
        for (int chunk = 0; chunk < agreement.chunks(); chunk++) {
          chunks.add(Math.rint(agreement.of(layer, head, chunk) * DIGITS) / DIGITS);
        }
      }
    }
    replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
  }

  /** Writes {@code content} in one move. */
  static void replace(Path file, byte[] content) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".writing");
    Files.write(part, content);
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
