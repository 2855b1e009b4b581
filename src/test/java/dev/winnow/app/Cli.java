package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs the command line in this process, as a user without a terminal would. */
final class Cli {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Map<String, String> environment = new HashMap<>();
  private final Path home;
  private String input = "";

  private Cli(Path home) {
    this.home = home;
    environment.put("HF_HUB_OFFLINE", "1");
  }

  /** A user whose home folder is {@code home} and who has no network. */
  static Cli in(Path home) {
    return new Cli(home);
  }

  Cli stdin(String text) {
    input = text;
    return this;
  }

  Cli with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            home,
            false,
            false);
    int code = Main.run(terminal, arguments);
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** What a run left behind. */
  record Outcome(int code, String out, String err) {

    Outcome succeeds() {
      assertThat(code).as("exit code; stderr: %s", err).isZero();
      return this;
    }

    /** The work failed: nothing on stdout, no stack trace. */
    Outcome fails(String... words) {
      return ends(1, words);
    }

    /** Wrong usage: the same, and help is pointed to. */
    Outcome isWrongUsage(String... words) {
      ends(2, words);
      assertThat(err).contains("--help");
      return this;
    }

    private Outcome ends(int expected, String... words) {
      assertThat(code).as("exit code; stderr: %s", err).isEqualTo(expected);
      assertThat(out).isEmpty();
      assertThat(err).contains(words).doesNotContain("\tat ");
      return this;
    }

    /** All of stdout as one JSON object, of a run that succeeded. */
    JsonNode json() {
      return json(0);
    }

    /** All of stdout as one JSON object, of a run that ended with {@code expected}. */
    JsonNode json(int expected) {
      assertThat(code).as("exit code; stderr: %s", err).isEqualTo(expected);
      try {
        JsonNode json = JSON.readTree(out);
        assertThat(json.isObject()).isTrue();
        return json;
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException("not one JSON object: " + out, e);
      }
    }
  }
}
