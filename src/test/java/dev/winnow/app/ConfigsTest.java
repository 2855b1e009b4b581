package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.bench.ablate.AblationConfig;
import dev.winnow.bench.ablate.AblationPlan;
import dev.winnow.bench.ablate.AblationSchema;
import dev.winnow.engine.config.ConfigSchema;
import dev.winnow.engine.config.ConfiguredTechnique;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.technique.Techniques;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configs that come with Winnow. */
class ConfigsTest {
  private static final Path CONFIGS = Path.of("..", "configs");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  static List<String> techniques() {
    return Techniques.load().summaries().keySet().stream()
        .filter(name -> !name.startsWith("test_"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_file_loads_and_says_what_it_is(Path file) {
    RunConfig config = RunConfig.load(file);

    assertThat(config.metadata().name() + ".yaml").isEqualTo(file.getFileName().toString());
    assertThat(config.metadata().description()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void every_technique_has_a_config_and_a_preset_for_the_demo(String technique) {
    assertThat(CONFIGS.resolve(technique.replace('_', '-') + ".yaml")).isRegularFile();
    assertThat(DemoCommand.preset(technique).orElseThrow().configured())
        .extracting(ConfiguredTechnique::name)
        .containsExactly(technique);
  }

  @Test
  void the_schema_for_editors_is_that_of_the_registered_techniques() throws IOException {
    assertThat(new ObjectMapper().readTree(CONFIGS.resolve("schema.json").toFile()))
        .as("write it anew: ./winnow info --config-schema > configs/schema.json")
        .isEqualTo(
            new ObjectMapper()
                .readTree(ConfigSchema.of(Techniques.load(), techniques()).toString()));
  }

  static List<Path> ablations() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS.resolve("ablations"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("ablations")
  void every_ablation_loads_says_what_it_is_and_can_be_planned(Path file, @TempDir Path temp)
      throws IOException {
    AblationConfig config = AblationConfig.load(file);
    Path text = Files.writeString(temp.resolve("text.txt"), "It was a dark and stormy night.");
    if (config.tasks().stream().anyMatch(task -> task.task().suite().equals("ppl"))) {
      config = config.with(List.of("text=" + text, "calibrate.text=" + text));
    }

    AblationPlan plan = AblationPlan.of(config);

    assertThat(plan.name() + ".yaml").isEqualTo(file.getFileName().toString());
    assertThat(plan.description()).isNotEmpty();
    assertThat(plan.runs().getFirst().variant().label()).isEqualTo("dense");
  }

  @Test
  void the_schema_of_ablations_for_editors_is_that_of_the_tasks_there_are() throws IOException {
    assertThat(new ObjectMapper().readTree(CONFIGS.resolve("ablations/schema.json").toFile()))
        .as("write it anew: ./winnow info --ablation-schema > configs/ablations/schema.json")
        .isEqualTo(new ObjectMapper().readTree(AblationSchema.schema().toString()));
  }
}
