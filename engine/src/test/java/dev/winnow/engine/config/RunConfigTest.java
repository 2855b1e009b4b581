package dev.winnow.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.testing.SkipLayers;
import dev.winnow.engine.testing.WindowTechnique;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunConfigTest {
  private static final String HEAD = "metadata: {version: 1}\n";
  private static final String WINDOW = HEAD + "techniques:\n- technique: test_window\n";
  private static final String SKIP =
      HEAD + "techniques:\n- {technique: test_skip_layers, layers: [1]}\n";

  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private RunConfig load(String text, String... settings) throws IOException {
    return RunConfig.load(List.of(file("a.yaml", text)), List.of(settings));
  }

  private static WindowTechnique.Config window(RunConfig config) {
    return ((WindowTechnique) config.techniques().getFirst()).config();
  }

  @Test
  void aFileGivesTechniquesWithAllTheirParameters() throws IOException {
    RunConfig config =
        load(
            """
            # Comments may stand anywhere.
            metadata:
              version: 1
              name: small
              description: A window and a layer less.
            techniques:
              - technique: test_window
                token_budget: 0.5
                key_form: unrotated
              - technique: test_skip_layers
                layers:
                  - 1
            """);

    assertThat(config.metadata())
        .isEqualTo(new RunConfig.Metadata(1, "small", "A window and a layer less."));
    assertThat(config.techniques())
        .containsExactly(
            new WindowTechnique(
                new WindowTechnique.Config(
                    TokenBudget.ratio(0.5), 1, KeyForm.UNROTATED, List.of(), null)),
            new SkipLayers(List.of(1)));
    assertThat(config.configured().getFirst().parameters())
        .hasToString(
            "{\"token_budget\":0.5,\"sinks\":1,\"key_form\":\"unrotated\",\"dense_layers\":[],"
                + "\"calibration\":null}");
  }

  @Test
  void noTechniquesAreDenseExecutionAndTheNameIsTheFiles() throws IOException {
    RunConfig config = RunConfig.load(file("dense.yaml", HEAD + "techniques: []"));

    assertThat(config.techniques()).isEmpty();
    assertThat(config.metadata().name()).isEqualTo("dense");
  }

  @Test
  void whatIncludesWinsKeyByKeyOverWhatItIncludes() throws IOException {
    file("base/window.yaml", WINDOW + "  sinks: 2\n  token_budget: 5\n  calibration: c.json\n");
    file("base/skip.yaml", SKIP);
    String including =
        "include: [base/window.yaml, base/skip.yaml]\n" + WINDOW + "  token_budget: 6";

    RunConfig config = load(including);

    assertThat(window(config).tokenBudget()).isEqualTo(TokenBudget.tokens(6));
    assertThat(window(config).sinks()).isEqualTo(2);
    // It stands in the included file, so it is beside that one.
    assertThat(window(config).calibration()).isEqualTo(folder.resolve("base/c.json"));
    assertThat(config.techniques()).extracting(Technique::name).endsWith("test_skip_layers");
  }

  @Test
  void severalFilesAreTakenTogether() throws IOException {
    Path one = file("one.yaml", WINDOW);
    Path two = file("two.yml", SKIP);

    RunConfig config = RunConfig.load(List.of(one, two), List.of());

    assertThat(config.techniques()).hasSize(2);
    assertThat(config.metadata().name()).isEqualTo("one+two");
    assertThat(RunConfig.load(List.of(one, one), List.of()).techniques()).hasSize(1);
  }

  @Test
  void includesThatLeadInACircleAreRefused() throws IOException {
    file("b.yaml", HEAD + "include: x/../a.yaml");
    assertThatThrownBy(() -> load(HEAD + "include: b.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("b.yaml: include leads back")
        .hasMessageContaining("a.yaml");
  }

  @Test
  void aFileIncludedByTwoWaysIsNoCircle() throws IOException {
    file("base.yaml", WINDOW);
    file("b.yaml", HEAD + "include: base.yaml");
    file("c.yaml", HEAD + "include: base.yaml");
    assertThat(load(HEAD + "include: [b.yaml, c.yaml]").techniques()).hasSize(1);
  }

  @Test
  void settingsOverrideWhatTheFilesSay() throws IOException {
    RunConfig config =
        load(
            WINDOW + "  sinks: 2\n- technique: test_skip_layers",
            "sinks=3",
            "test_window.token_budget=1e2",
            "layers=[0, 1]",
            "calibration=here/c.json",
            "key_form=unrotated");

    assertThat(window(config))
        .isEqualTo(
            new WindowTechnique.Config(
                TokenBudget.tokens(100), 3, KeyForm.UNROTATED, List.of(), Path.of("here/c.json")));
    assertThat(config.techniques().getLast()).isEqualTo(new SkipLayers(List.of(0, 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sinks                 | set must be key=value or technique.key=value, got 'sinks'",
        "=3                    | set must be key=value",
        "sinks=                | set sinks must have a number, text, true, false or a list",
        "sinks={a: 1}          | set sinks must have a number, text, true, false or a list",
        "sink=3                | unknown key 'sink', allowed are token_budget, sinks, key_form,",
        "fasa.sinks=3          | the config has no technique 'fasa', only test_window",
        "sinks=-1              | with set sinks=-1: sinks must be >= 0, got -1",
        "sinks=many            | with set sinks=many: sinks must be a whole number, got \"many\"",
        "sinks=[1              | set sinks:1: not YAML"
      })
  void aSettingThatDoesNotFitIsRefused(String setting, String message) {
    assertThatThrownBy(() -> load(WINDOW, setting))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSettingNeedsATechnique() {
    assertThatThrownBy(() -> load(HEAD + "techniques: []", "sinks=3"))
        .hasMessage("set sinks=3 has no effect: the config names no technique");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                            | a.yaml: empty; a run config has the keys",
        "[]                                            | a.yaml: got a list",
        "{metadata: {version: 1}}                      | a.yaml: techniques is missing",
        "{techniques: []}                              | a.yaml: metadata must be a section",
        "{metadata: {}, techniques: []}                | metadata.version must be 1, the version",
        "{metadata: {version: 2}, techniques: []}      | metadata.version must be 1, the version",
        "{metadata: {version: '1'}, techniques: []}    | got \"1\"",
        "{metadata: {version: 1, nam: x}, include: b}  | a.yaml: metadata: unknown key 'nam', allowed",
        "{metadata: {version: 1, name: 3}, include: b} | metadata.name must be text, got 3",
        "{metadata: {version: 1}, technique: []}       | a.yaml: unknown key 'technique', allowed",
        "{metadata: {version: 1}, include: 3}          | include must be a file or a list of files",
        "{metadata: {version: 1}, include: no.yaml}    | there is no file",
        "{metadata: {version: 1}, techniques: {a: 1}}  | techniques must be a list of sections",
        "{metadata: {version: 1}, techniques: [fasa]}  | techniques[0] must be a section",
        "{metadata: {version: 1}, techniques: [{a: 1}]} | a.yaml:1: techniques[0].technique must be one of",
      })
  void aFileThatIsNoRunConfigIsRefused(String text, String message) {
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'  sink: 3'           | a.yaml:3: techniques[0]: unknown key 'sink', allowed are token_budget",
        "'  sinks: x'          | a.yaml:3: techniques[0]: sinks must be a whole number, got \"x\"",
        "'  sinks: no'         | sinks must be a whole number, got \"no\"",
        "'  sinks: -1'         | sinks must be >= 0, got -1",
        "'  sinks:'            | sinks has no value",
        "'  token_budget: 0'   | token_budget must be a whole number of tokens >= 1",
        "'  key_form: both'    | key_form must be one of rotated, unrotated, got \"both\"",
        "'- technique: test_window'  | techniques[1].technique: test_window is listed twice",
        "'- technique: test_windo'   | a.yaml:4: techniques[1]: technique must be one of",
      })
  void parametersThatDoNotFitAreRefusedByLineAndKey(String more, String message) {
    assertThatThrownBy(() -> load(WINDOW + more))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("java.");
  }
}
