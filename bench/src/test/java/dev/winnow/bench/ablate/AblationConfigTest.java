package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AblationConfigTest {
  private static final String HEAD = "metadata: {version: 1}\n";
  private static final String MODEL = "models: [reference:recall]\n";
  private static final String TASK = "tasks: [{suite: recall}]\n";

  @TempDir Path folder;

  @BeforeEach
  void writeConfigs() throws IOException {
    file("quest.yaml", HEAD + "techniques:\n- technique: quest\n");
    file("fasa.yaml", HEAD + "techniques:\n- technique: fasa\n");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private AblationConfig load(String text, String... settings) throws IOException {
    return AblationConfig.load(file("a.yaml", text)).with(List.of(settings));
  }

  private AblationPlan plan(String text, String... settings) throws IOException {
    return AblationPlan.of(load(text, settings));
  }

  private static List<String> tasks(AblationPlan plan) {
    return plan.runs().stream().map(run -> run.task().label()).distinct().toList();
  }

  @Test
  void modelsAreNamesOrSections() throws IOException {
    AblationConfig config =
        load(
            HEAD + TASK + "models: [reference:recall, {model: m.gguf, weights: int8, kv: bf16}]\n");

    assertThat(config.models())
        .containsExactly(
            new ModelSetting("reference:recall", WeightFormat.F32, DType.F16),
            new ModelSetting("m.gguf", WeightFormat.INT8, DType.BF16));
    assertThat(config.metadata().name()).isEqualTo("a");
    assertThat(config.seeds()).containsExactly(1L);
  }

  @Test
  void whatIncludesAddsVariantsAndReplacesTheRest() throws IOException {
    file(
        "base.yaml",
        HEAD
            + MODEL
            + TASK
            + "seeds: [5, 6]\nvariants: [{name: q, config: quest.yaml}, {name: r, config:"
            + " quest.yaml, set: {page: 8}}]\n");

    AblationConfig config =
        load(
            HEAD
                + "include: base.yaml\nseeds: [7]\n"
                + "variants: [{name: r, config: quest.yaml, set: {page: 4}}, {name: f, config: fasa.yaml}]\n");

    assertThat(config.variants())
        .extracting(AblationConfig.Variant::name)
        .containsExactly("q", "r", "f");
    assertThat(config.variants().get(1).set().get("page").intValue()).isEqualTo(4);
    assertThat(config.seeds()).containsExactly(7L);
    assertThat(config.tasks()).hasSize(1);
    assertThat(config.models()).hasSize(1);
  }

  @Test
  void includesThatLeadInACircleAreRefused() throws IOException {
    file("b.yaml", HEAD + "include: a.yaml");
    assertThatThrownBy(() -> load(HEAD + "include: b.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("b.yaml: include leads back");
  }

  @Test
  void aListForAKeyThatTakesOneValueIsATaskWithEach() throws IOException {
    AblationPlan plan =
        plan(
            HEAD
                + MODEL
                + "tasks: [{suite: recall, tokens: [256, 512], hops: [1, 2], n: 4}, {suite: speed, test:"
                + " [pp8, tg4]}]\n");

    assertThat(tasks(plan))
        .containsExactly("recall hops=1", "recall hops=2", "speed test=pp8", "speed test=tg4");
    assertThat(plan.runs().getFirst().task().parameters())
        .hasToString(
            "{\"tokens\":[256,512],\"needles\":8,\"hops\":1,\"n\":4,\"decode_question\":true,"
                + "\"prompt_cost\":false}");
  }

  @Test
  void filesAreThoseBesideTheFileThatNamesThem() throws IOException {
    Path text = file("book.txt", "It was a dark and stormy night.");

    AblationPlan plan = plan(HEAD + MODEL + "tasks: [{suite: ppl, text: book.txt}]\n");

    assertThat(plan.runs().getFirst().task().parameters().get("text").textValue())
        .isEqualTo(text.toAbsolutePath().normalize().toString());
    assertThat(plan.runs().getFirst().digests()).containsKey(text.toString());
  }

  @Test
  void settingsOverrideKeysOfTasksOfCalibrationsAndSeeds() throws IOException {
    Path text = file("t.txt", "x");
    AblationConfig config =
        load(
            HEAD
                + MODEL
                + "variants: [{name: f, config: fasa.yaml, calibrate: true}]\n"
                + "tasks: [{suite: recall}, {suite: diffuse}, {suite: passkey}]\n",
            "n=3",
            "passkey.n=4",
            "calibrate.window=32",
            "calibrate.text=" + text,
            "seeds=[8, 9]");

    assertThat(config.tasks())
        .extracting(task -> task.keys().get("n").intValue())
        .containsExactly(3, 3, 4);
    assertThat(config.variants().getFirst().calibrate().orElseThrow().window()).isEqualTo(32);
    assertThat(config.variants().getFirst().calibrate().orElseThrow().text()).isEqualTo(text);
    assertThat(config.seeds()).containsExactly(8L, 9L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n            | set must be key=value, suite.key=value or calibrate.key=value, got 'n'",
        "m=3          | set m=3: unknown key 'm', allowed are recall.tokens, recall.needles,",
        "ppl.n=3      | set ppl.n=3: unknown key 'ppl.n', allowed are recall.tokens",
        "n=           | set n must have a number, text, true, false or a list as its value",
        "calibrate.window=3 | set calibrate.window=3 has no effect: no variant of the ablation calibrates",
        "seeds=[]     | set seeds must be a list of whole numbers, got []",
        "n=many       | with set n=many: n must be a whole number, got \"many\"",
        "n=0          | with set n=0: n must be >= 1, got 0",
      })
  void aSettingThatDoesNotFitIsRefused(String setting, String message) {
    assertThatThrownBy(() -> plan(HEAD + MODEL + TASK, setting))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tasks: [{suite: recall}]                     | a.yaml: models is missing; list at least one",
        "models: [x]                                  | a.yaml: tasks is missing; list at least one",
        "model: [x]                                   | a.yaml: unknown key 'model', allowed are metadata, include, models",
        "models: x                                    | a.yaml: models must be a list, got 'x'",
        "models: [{}]                                 | a.yaml:2: models[0]: model is missing; name it as --model does",
        "models: [{model: x, weight: f32}]            | a.yaml:2: models[0]: unknown key 'weight', allowed are model, weights, kv",
        "models: [{model: x, weights: int4}]          | a.yaml:2: models[0]: weights must be one of f32, f16, int8, got \"int4\"",
        "models: [{model: x, kv: i32}]                | a.yaml:2: models[0]: kv must be one of f32, f16, bf16, got i32",
        "models: [x, x]                               | a.yaml: models[1] is listed twice",
        "variants: [{config: quest.yaml}]             | a.yaml:2: variants[0].name is missing",
        "variants: [{name: dense, config: quest.yaml}] | variants[0].name must not be dense",
        "variants: [{name: q}]                        | variants[0].config is missing; name one of configs/*.yaml",
        "variants: [{name: q, config: 3}]             | variants[0].config must be a file or a list of files, got 3",
        "variants: [{name: q, config: quest.yaml}, {name: q, config: fasa.yaml}] | variants[1].name: two variants are called q",
        "variants: [{name: q, config: quest.yaml, grid: {page: 8}}]  | variants[0].grid.page must be a list of at least one value, got 8",
        "variants: [{name: q, config: quest.yaml, grid: {page: [8, 8]}}]  | variants[0].grid.page lists a value twice",
        "variants: [{name: q, config: quest.yaml, set: [1]}]         | variants[0].set must be a section of parameters, got a list",
        "variants: [{name: q, config: quest.yaml, calibrate: 3}]     | variants[0].calibrate must be true or a section",
        "variants: [{name: q, config: quest.yaml, calibrate: {windo: 3}}] | variants[0].calibrate: unknown key 'windo', allowed are text, tokens",
        "tasks: [recall]                              | a.yaml: tasks[0] must be a section '- suite: NAME', got 'recall'",
        "tasks: [{n: 3}]                              | a.yaml:2: tasks[0]: suite must be one of recall, ppl,",
        "tasks: [{suite: recal}]                      | suite must be one of recall, ppl, fidelity, passkey, needle, threads, ruler, jsonl, diffuse, speed, got 'recal'",
        "tasks: [{suite: recall, diagnose: 0}]        | a.yaml:2: tasks[0]: diagnose must be true, false or a whole number >= 1, got 0",
        "seeds: [1, 1]                                | a.yaml: seeds must be a list of different whole numbers, got [1,1]",
        "seeds: [x]                                   | a.yaml: seeds must be a list of different whole numbers",
      })
  void aFileThatIsNoAblationIsRefusedByLineAndKey(String text, String message) {
    assertThatThrownBy(() -> load(HEAD + text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("java.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tasks: [{suite: recall, token: 3}]    | a.yaml:3: tasks[0]: unknown key 'token', allowed are tokens, needles",
        "tasks: [{suite: recall, tokens: 20}]  | a.yaml:3: tasks[0]: 8 needles and questions about them need at least",
        "tasks: [{suite: recall, tokens: []}]  | tokens must be one length or several different ones, got []",
        "tasks: [{suite: recall, n: []}]       | a.yaml:3: tasks[0]: n is an empty list",
        "tasks: [{suite: recall, n: [2, x]}]   | n must be a whole number, got \"x\"",
        "tasks: [{suite: recall}, {suite: recall, n: 2}] | a task is called 'recall' as one of",
        "tasks: [{suite: ppl}]                 | a.yaml:3: tasks[0]: ppl: text is missing; name a UTF-8 file",
        "tasks: [{suite: ppl, text: no.txt}]   | tasks[0].text: there is no file",
        "tasks: [{suite: ppl, text: quest.yaml, decode_from: 4095}] | decode_from must be in [1, tokens - 2], which is 4094, got 4095",
        "tasks: [{suite: fidelity, text: quest.yaml, metric: nll}] | metric must be one of kl, top1",
        "tasks: [{suite: jsonl}]               | a.yaml:3: tasks[0]: data is missing; name a file of JSON lines",
        "tasks: [{suite: jsonl, data: quest.yaml}] | quest.yaml, line 1 is not one JSON object",
        "tasks: [{suite: speed, test: 'pp1,pp2'}] | test must be one test; give several as a list",
        "tasks: [{suite: speed, test: x}]      | 'x' is not a test",
        "tasks: [{suite: diffuse, lengths: [9]}] | lengths must be different ones in [3, 7], got [9]",
        "tasks: [{suite: diffuse, block_length: 3}] | tasks[0]:",
        "tasks: [{suite: needle, tasks: nail}] | task must be one of",
        "tasks: [{suite: passkey, keys: 3}]    | has no effect on passkey",
      })
  void aTaskWhoseKeysDoNotFitIsRefusedByLineAndKey(String text, String message) {
    assertThatThrownBy(() -> plan(HEAD + MODEL + text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("java.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: q, config: no.yaml}                          | variant 'q': there is no file",
        "{name: q, config: quest.yaml, grid: {page: [0]}}    | a.yaml:4: variants[0], variant 'q page=0': ",
        "{name: q, config: quest.yaml, set: {pag: 3}}        | unknown key 'pag', allowed are token_budget, page",
        "{name: q, config: quest.yaml, calibrate: true}      | a.yaml:4: variants[0].calibrate has no effect: none of its techniques needs a calibration",
        "{name: f, config: fasa.yaml, grid: {sets: [per_query_head, per_kv_head], chunks: [4]}}, {name: g, config: fasa.yaml, set: {chunks: 4}} | two runs of the ablation measure the same under different names, 'reference:recall f32/f16, f sets=per_kv_head chunks=4, recall, seed 1' and 'reference:recall f32/f16, g, recall, seed 1'; drop one",
        "{name: q, config: dense.yaml}                       | variants[0].config names no technique; dense attention runs anyway",
      })
  void aVariantThatDoesNotFitIsRefusedByLineAndKey(String variants, String message)
      throws IOException {
    file("dense.yaml", HEAD + "techniques: []");
    assertThatThrownBy(() -> plan(HEAD + MODEL + TASK + "variants: [" + variants + "]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("java.");
  }

  @Test
  void onlyTheModelThatHasTextsOfItsOwnIsCalibratedWithoutOne() throws IOException {
    String variants = "variants: [{name: f, config: fasa.yaml, calibrate: {window: 32}}]\n";

    assertThat(plan(HEAD + MODEL + TASK + variants).runs()).hasSize(2);
    assertThatThrownBy(() -> plan(HEAD + "models: [m.gguf]\n" + TASK + variants))
        .hasMessageContaining("variants[0].calibrate: text is missing")
        .hasMessageContaining("--set calibrate.text=FILE");
  }
}
