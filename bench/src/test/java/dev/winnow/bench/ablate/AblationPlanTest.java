package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AblationPlanTest {
  @TempDir Path folder;

  @BeforeEach
  void writeConfigs() throws IOException {
    Files.writeString(
        folder.resolve("fasa.yaml"), "metadata: {version: 1}\ntechniques:\n- technique: fasa\n");
    Files.writeString(
        folder.resolve("quest.yaml"), "metadata: {version: 1}\ntechniques:\n- technique: quest\n");
  }

  private AblationPlan plan(String variants, String tasks, String more) throws IOException {
    String text =
        """
        metadata: {version: 1, name: x}
        models: [reference:recall]
        variants: [%s]
        tasks: [%s]
        %s
        """
            .formatted(variants, tasks, more);
    return AblationPlan.of(AblationConfig.load(Files.writeString(folder.resolve("a.yaml"), text)));
  }

  private static List<String> names(AblationPlan plan) {
    return plan.runs().stream()
        .map(run -> run.variant().label() + " | " + run.task().label() + " | " + run.seed())
        .toList();
  }

  @Test
  void denseComesFirstForEveryTaskAndSeedAndVariantsTakeTurnsBehindIt() throws IOException {
    AblationPlan plan =
        plan(
            "{name: fasa, config: fasa.yaml, grid: {token_budget: [256, 0.5], chunks: [8]}}",
            "{suite: recall}, {suite: recall, name: long, tokens: 600}",
            "seeds: [3, 4]");

    assertThat(names(plan))
        .containsExactly(
            "dense | recall | 3",
            "fasa token_budget=256 chunks=8 | recall | 3",
            "fasa token_budget=0.5 chunks=8 | recall | 3",
            "dense | recall | 4",
            "fasa token_budget=256 chunks=8 | recall | 4",
            "fasa token_budget=0.5 chunks=8 | recall | 4",
            "dense | long | 3",
            "fasa token_budget=256 chunks=8 | long | 3",
            "fasa token_budget=0.5 chunks=8 | long | 3",
            "dense | long | 4",
            "fasa token_budget=256 chunks=8 | long | 4",
            "fasa token_budget=0.5 chunks=8 | long | 4");
    assertThat(plan.batches()).allMatch(batch -> batch.size() == 1);
    PlannedRun swept = plan.runs().get(2);
    assertThat(swept.variant().axes())
        .containsExactlyInAnyOrderEntriesOf(Map.of("token_budget", 0.5, "chunks", 8));
    assertThat(swept.variant().techniques().getFirst().parameters().toString())
        .contains("\"token_budget\":0.5,\"chunks\":8", "\"dense_layers\":[0]");
    assertThat(plan.runs().stream().map(PlannedRun::id).collect(Collectors.toSet()))
        .hasSize(plan.runs().size());
  }

  @Test
  void runsWhoseRepetitionsAlternateAreMeasuredTogetherFromOneSeed() throws IOException {
    AblationPlan plan =
        plan(
            "{name: quest, config: quest.yaml}",
            "{suite: speed, test: [tg2, tg3]}",
            "seeds: [3, 4]");

    assertThat(plan.batches()).hasSize(2).allMatch(batch -> batch.size() == 2);
    assertThat(names(plan))
        .containsExactly(
            "dense | speed test=tg2 | 3",
            "quest | speed test=tg2 | 3",
            "dense | speed test=tg3 | 3",
            "quest | speed test=tg3 | 3");
  }

  @Test
  void anIdOutlivesNewNamesOtherVariantsAndAnotherOrder() throws IOException {
    AblationPlan before =
        plan("{name: quest, config: quest.yaml, set: {page: 8}}", "{suite: recall, n: 4}", "");
    Files.move(folder.resolve("quest.yaml"), folder.resolve("pages.yaml"));

    AblationPlan after =
        plan(
            "{name: fasa, config: fasa.yaml}, {name: pages, config: pages.yaml, grid: {page: [4, 8]}}",
            "{suite: recall, name: facts, n: 4, hops: 1}",
            "seeds: [9, 1]");

    List<String> ids = after.runs().stream().map(PlannedRun::id).toList();
    assertThat(ids).containsAll(before.runs().stream().map(PlannedRun::id).toList());
  }
}
