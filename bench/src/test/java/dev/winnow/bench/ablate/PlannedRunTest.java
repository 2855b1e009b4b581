package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.bench.ablate.PlannedRun.TaskSetting;
import dev.winnow.bench.ablate.PlannedRun.TechniqueSetting;
import dev.winnow.bench.ablate.PlannedRun.Variant;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannedRunTest {
  private static final ModelSetting MODEL =
      new ModelSetting("reference:recall", WeightFormat.INT8, DType.BF16);
  private static final TaskSetting TASK =
      new TaskSetting("ppl", "ppl", 0, json("{'text': 'a.txt', 'tokens': 512}"));

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) new JsonMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Variant variant(String label, String parameters) {
    return new Variant(
        label,
        Map.of("token_budget", 64),
        List.of(
            new TechniqueSetting("fasa", json(parameters)),
            new TechniqueSetting("quest", json("{}"))),
        Optional.of(CalibrationSetting.of(json("{'window': 32}"), "calibrate")));
  }

  private static PlannedRun run(Variant variant, TaskSetting task, String digest) {
    return PlannedRun.of("tiny", MODEL, variant, task, 3, Map.of("a.txt", digest, "b.txt", digest));
  }

  @Test
  void aRunTravelsAsOneStringAndIsTheSameThere() {
    PlannedRun run = run(variant("x", "{'token_budget': 64, 'sinks': 4.0}"), TASK, "00");

    assertThat(PlannedRun.parse(run.toJson())).isEqualTo(run);
    assertThat(run.toJson()).doesNotContain("\n");
    assertThat(run.variant().technique()).isEqualTo("fasa+quest");
    assertThat(run.name()).isEqualTo("reference:recall int8/bf16, x, ppl, seed 3");
    PlannedRun dense = run(Variant.dense(), TASK, "00");
    assertThat(PlannedRun.parse(dense.toJson())).isEqualTo(dense);
    assertThat(dense.variant().technique()).isEqualTo("dense");
  }

  @Test
  void theIdIsThatOfTheContentWhateverItsNamesAndOrder() {
    String id = run(variant("x", "{'token_budget': 64, 'sinks': 4}"), TASK, "00").id();

    assertThat(id).matches("[0-9a-f]{16}");
    assertThat(run(variant("y", "{'sinks': 4.0, 'token_budget': 64}"), TASK, "00").id())
        .isEqualTo(id);
    TaskSetting renamed = new TaskSetting("text", "ppl", 0, json("{'text':'b.txt','tokens':512}"));
    assertThat(run(variant("x", "{'token_budget': 64, 'sinks': 4}"), renamed, "00").id())
        .isEqualTo(id);
  }

  @Test
  void theIdIsAnotherIfAnythingThatCountsIsAnother() {
    PlannedRun run = run(variant("x", "{'token_budget': 64}"), TASK, "00");
    TaskSetting longer = new TaskSetting("ppl", "ppl", 0, json("{'text':'a.txt','tokens':513}"));

    assertThat(run(variant("x", "{'token_budget': 65}"), TASK, "00").id()).isNotEqualTo(run.id());
    assertThat(run(variant("x", "{'token_budget': 64}"), longer, "00").id()).isNotEqualTo(run.id());
    assertThat(run(variant("x", "{'token_budget': 64}"), TASK, "01").id()).isNotEqualTo(run.id());
    assertThat(run(Variant.dense(), TASK, "00").id()).isNotEqualTo(run.id());
    assertThat(PlannedRun.of("tiny", MODEL, run.variant(), TASK, 4, run.digests()).id())
        .isNotEqualTo(run.id());
    ModelSetting other = new ModelSetting(MODEL.name(), WeightFormat.F16, MODEL.kv());
    assertThat(PlannedRun.of("tiny", other, run.variant(), TASK, 3, run.digests()).id())
        .isNotEqualTo(run.id());
  }

  @Test
  void aStringThatIsNoRunIsRefusedByKey() {
    String good = run(variant("x", "{}"), TASK, "00").toJson();

    assertThatThrownBy(() -> PlannedRun.parse(good.replace("run 1", "run 2")))
        .hasMessage(
            "planned run: format must be 'winnow run 1', got 'winnow run 2'; use the same Winnow on"
                + " all machines");
    assertThatThrownBy(() -> PlannedRun.parse(good.replace("int8", "int4")))
        .hasMessageContaining("planned run: model: weights: weights must be one of f32, f16, int8");
    assertThatThrownBy(() -> PlannedRun.parse(good.replace("\"seed\"", "\"sead\"")))
        .hasMessage("planned run: seed is missing");
    assertThatThrownBy(() -> PlannedRun.parse("[]"))
        .hasMessage("planned run must be a JSON object, got []");
  }
}
