package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrateCommandTest {
  private static final String TEXT = "It was a dark and stormy night; the rain fell. ".repeat(2);

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path model;

  private Path first;
  private Path second;
  private Path out;

  @BeforeAll
  static void writeModel() {
    model = TestFolders.withTokenizer(shared.resolve("model"));
  }

  @BeforeEach
  void writeTexts() {
    first = TestFolders.file(temp.resolve("first.txt"), TEXT);
    second = TestFolders.file(temp.resolve("second.txt"), TEXT.toUpperCase(Locale.ROOT));
    out = temp.resolve("fasa.json");
  }

  private Cli.Outcome calibrate(String... more) {
    List<String> all = new ArrayList<>(List.of("calibrate", "fasa", "--model", model.toString()));
    all.addAll(List.of("--text", first.toString(), second.toString(), "--out", out.toString()));
    all.addAll(List.of("--window", "8", "--steps", "30", "--threads", "1"));
    all.addAll(List.of(more));
    if (!all.contains("--tokens")) {
      all.addAll(List.of("--tokens", "120"));
    }
    return Cli.in(temp).run(all.toArray(String[]::new));
  }

  @Test
  void it_writes_a_calibration_that_the_technique_takes_for_this_checkpoint() {
    JsonNode json = calibrate("--json").json();

    FasaCalibration calibration = FasaCalibration.read(out);
    assertThat(json.get("technique").asText()).isEqualTo("fasa");
    assertThat(json.get("fingerprint").asText()).isEqualTo(calibration.fingerprint());
    assertThat(json.get("tokens").asInt()).isEqualTo(120);
    assertThat(json.get("steps").asInt()).isEqualTo(30);
    assertThat(json.get("window").asInt()).isEqualTo(8);
    assertThat(json.get("pairing").asText()).isEqualTo("true_pair");
    assertThat(json.at("/corpus/0/name").asText()).isEqualTo("first.txt");
    assertThat(json.at("/corpus/1/tokens").asInt()).isEqualTo(120 - TEXT.length());
    assertThat(json.get("mean_agreement_best_quarter").asDouble())
        .isBetween(json.get("mean_agreement").asDouble(), 1.0);
    assertThat(out.resolveSibling("fasa.json.partial")).doesNotExist();

    ObjectNode section =
        JsonNodeFactory.instance
            .objectNode()
            .put("token_budget", 20)
            .put("chunks", 1)
            .put("break_even", false)
            .put("calibration", out.toString());
    Technique fasa = Techniques.load().create("fasa", section, "test");
    try (LanguageModel loaded =
        LanguageModel.load(model, ModelOptions.builder().techniques(fasa).build())) {
      var result =
          loaded.generate(
              TEXT.substring(0, 60),
              GenerationConfig.builder().maxNewTokens(5).eosTokenIds().build());
      assertThat(result.ledger().layers().get(1).sparseRows()).isEqualTo(4);
    }
  }

  @Test
  void the_same_command_writes_the_same_file() throws Exception {
    calibrate().succeeds();
    byte[] before = Files.readAllBytes(out);

    Cli.Outcome again = calibrate().succeeds();

    assertThat(Files.readAllBytes(out)).isEqualTo(before);
    assertThat(again.out()).contains("mean agreement ", "over 30 tokens", out.toString());
    assertThat(again.err()).contains("120 of 120 tokens");
  }

  @Test
  void the_text_may_come_from_standard_input() {
    Cli.in(temp)
        .stdin(TEXT)
        .run(
            "calibrate",
            "fasa",
            "--model",
            model.toString(),
            "--text",
            "-",
            "--out",
            out.toString(),
            "--window",
            "8",
            "--pairing",
            "adjacent")
        .succeeds();

    FasaCalibration calibration = FasaCalibration.read(out);
    assertThat(calibration.pairing()).isEqualTo(ChunkPairing.ADJACENT);
    assertThat(calibration.tokens()).isEqualTo(TEXT.length());
  }

  @ParameterizedTest
  @CsvSource({
    "--window, 0, '--window must be in [1, 16777216], got 0'",
    "--steps, 0, '--steps must be in [1, 16777216], got 0'",
    "--tokens, -1, '--tokens must be in [1, 16777216], got -1'",
    "--pairing, triple, 'true_pair, adjacent'",
    "--threads, 0, '[1, 1024]'"
  })
  void a_value_out_of_range_names_the_option_and_what_is_allowed(
      String option, String value, String message) {
    List<String> all = new ArrayList<>(List.of("calibrate", "fasa", "--model", model.toString()));
    all.addAll(List.of("--text", first.toString(), "--out", out.toString(), option, value));

    Cli.in(temp).run(all.toArray(String[]::new)).isWrongUsage(option, message);
  }

  @Test
  void wrong_names_and_missing_files_are_wrong_usage() {
    String file = first.toString();
    String to = out.toString();
    Cli.in(temp)
        .run("calibrate", "quest", "--model", "" + model, "--text", file, "--out", to)
        .isWrongUsage("TECHNIQUE must be one of fasa, got 'quest'");
    Cli.in(temp)
        .run("calibrate", "fasa", "--model", "" + model, "--text", "no.txt", "--out", to)
        .isWrongUsage("--text", "no.txt");
    Cli.in(temp)
        .run("calibrate", "fasa", "--model", "" + model, "--text", file, "--out", "no/fasa.json")
        .isWrongUsage("--out: there is no folder");
    Cli.in(temp)
        .run("calibrate", "fasa", "--model", "" + model, "--text", file)
        .isWrongUsage("--out");
  }

  @Test
  void chunks_may_be_measured_together() {
    String longer = TEXT.substring(0, 90) + " ";
    TestFolders.file(first, longer.repeat(2).substring(0, 128));

    JsonNode together =
        calibrate("--tokens", "128", "--compound", "1,4", "--json")
            .json()
            .get("compound_agreement");

    assertThat(together.size()).isEqualTo(2);
    assertThat(together.get(0).get("chunks").asInt()).isEqualTo(1);
    assertThat(together.get(0).get("window").asInt()).isEqualTo(64);
    assertThat(together.get(0).get("agreement").asDouble()).isBetween(0.5, 0.999);
    // All chunks of a head are the head.
    assertThat(together.get(1).get("agreement").asDouble()).isEqualTo(1);
    calibrate("--compound", "5").isWrongUsage("--compound must be in [1, 4]", "got 5");
  }

  @Test
  void texts_that_are_too_short_fail_and_say_how_long_they_must_be() {
    calibrateWithWindow("100").fails("4 windows of 100 keys", "more than 400 tokens");
  }

  private Cli.Outcome calibrateWithWindow(String window) {
    return Cli.in(temp)
        .run(
            "calibrate",
            "fasa",
            "--model",
            model.toString(),
            "--text",
            first.toString(),
            "--out",
            out.toString(),
            "--window",
            window);
  }

  @Test
  void a_model_without_tokenizer_fails() {
    Path golden = TestFolders.golden("llama-gqa", temp);

    Cli.in(temp)
        .run(
            "calibrate",
            "fasa",
            "--model",
            golden.toString(),
            "--text",
            first.toString(),
            "--out",
            out.toString())
        .fails("tokenizer");
  }
}
