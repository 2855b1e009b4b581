package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.bench.ablate.RunRecord.LayerRecall;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as one JSON object and back; NaN, which JSON lacks, is null. */
final class RunJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private RunJson() {}

  static ObjectNode write(RunRecord run) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", run.id())
        .put("ablation", run.ablation())
        .put("model", run.model())
        .put("precision", run.precision())
        .put("variant", run.variant())
        .put("technique", run.technique());
    json.set("axes", tree(run.axes()));
    json.put("task", run.task())
        .put("seed", run.seed())
        .put("metric", run.metric())
        .put("better", run.better().name().toLowerCase(Locale.ROOT));
    ArrayNode items = json.putArray("items");
    for (Item item : run.items()) {
      ObjectNode one = items.addObject().put("key", item.key());
      ObjectNode at = one.putObject("at");
      item.at().forEach((axis, value) -> at.set(axis, number(value)));
      one.set("score", number(item.score()));
    }
    json.set("cost", run.cost().<JsonNode>map(RunJson::cost).orElse(null));
    ArrayNode layers = json.putArray("layers");
    for (LayerRecall layer : run.layers()) {
      layers.addObject().put("layer", layer.layer()).set("heads", numbers(layer.heads()));
    }
    json.put("error", run.error().orElse(null));
    json.set("environment", tree(run.environment()));
    return json.put("started", run.started().toString()).set("wall_ms", number(run.wallMs()));
  }

  static RunRecord read(StrictObject json) {
    return new RunRecord(
        json.text("id"),
        json.text("ablation"),
        json.text("model"),
        json.text("precision"),
        json.text("variant"),
        json.text("technique"),
        json.scalarsByName("axes"),
        json.text("task"),
        json.wholeNumber("seed"),
        json.text("metric"),
        json.convert("better", RunJson::better),
        json.objects("items", RunJson::item),
        json.optionalSection("cost", RunJson::cost),
        json.objects("layers", RunJson::layer),
        json.optionalText("error"),
        json.textsByName("environment"),
        json.convert("started", Instant::parse),
        json.number("wall_ms"));
  }

  private static ObjectNode cost(Cost cost) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("flops", number(cost.flops()));
    json.set("dense_flops", number(cost.denseFlops()));
    json.set("kv_bytes", number(cost.kvBytes()));
    json.set("dense_kv_bytes", number(cost.denseKvBytes()));
    json.set("peak_kv_bytes", number(cost.peakKvBytes()));
    json.set("ttft_ms", numbers(cost.ttftMs()));
    json.set("tpot_ms", numbers(cost.tpotMs()));
    return json.put("masked", cost.masked());
  }

  private static Cost cost(StrictObject json) {
    return new Cost(
        json.number("flops"),
        json.number("dense_flops"),
        json.number("kv_bytes"),
        json.number("dense_kv_bytes"),
        json.number("peak_kv_bytes"),
        json.numbers("ttft_ms"),
        json.numbers("tpot_ms"),
        json.flag("masked"));
  }

  private static Item item(StrictObject json) {
    return new Item(json.text("key"), json.numbersByName("at"), json.number("score"));
  }

  private static LayerRecall layer(StrictObject json) {
    return new LayerRecall(Math.toIntExact(json.wholeNumber("layer")), json.numbers("heads"));
  }

  private static Better better(String label) {
    return switch (label) {
      case "higher" -> Better.HIGHER;
      case "lower" -> Better.LOWER;
      default -> throw new IllegalArgumentException("must be higher or lower, got '" + label + "'");
    };
  }

  static JsonNode tree(Map<String, ?> values) {
    return MAPPER.valueToTree(values);
  }

  private static ArrayNode numbers(List<Double> values) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    values.forEach(value -> list.add(number(value)));
    return list;
  }

  private static JsonNode number(double value) {
    return Double.isFinite(value)
        ? JsonNodeFactory.instance.numberNode(value)
        : JsonNodeFactory.instance.nullNode();
  }
}
