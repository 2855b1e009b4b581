package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.sampling.TokenLogProbs;
import java.util.List;

/** A generation as {@code generate --json} prints it. */
final class ResultJson {
  private ResultJson() {}

  static ObjectNode of(String model, GenerationResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model", model);
    result.promptIds().forEach(json.putArray("prompt_ids")::add);
    result.generatedIds().forEach(json.putArray("generated_ids")::add);
    json.put("text", result.text());
    json.put("finish_reason", result.finishReason().label());
    json.putObject("usage")
        .put("prompt_tokens", result.usage().promptTokens())
        .put("completion_tokens", result.usage().completionTokens());
    json.putObject("timings")
        .put("load_ms", rounded(result.timings().loadMs()))
        .put("ttft_ms", rounded(result.timings().ttftMs()))
        .put("tpot_ms", rounded(result.timings().tpotMs()));
    json.set("ledger", ledger(result.ledger()));
    return json;
  }

  private static ObjectNode ledger(Ledger ledger) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("flops", ledger.flops())
            .put("dense_flops", ledger.denseFlops())
            .put("kv_bytes_read", ledger.kvBytesRead())
            .put("dense_kv_bytes_read", ledger.denseKvBytesRead())
            .put("selection_bytes", ledger.selectionBytes());
    ArrayNode layers = json.putArray("layers");
    for (int i = 0; i < ledger.layers().size(); i++) {
      LayerLedger layer = ledger.layers().get(i);
      layers
          .addObject()
          .put("layer", i)
          .put("rows", layer.rows())
          .put("dense_rows", layer.denseRows())
          .put("sparse_rows", layer.sparseRows())
          .put("pairs", layer.pairs())
          .put("dense_pairs", layer.densePairs())
          .put("kv_bytes_read", layer.kvBytesRead())
          .put("dense_kv_bytes_read", layer.denseKvBytesRead())
          .put("selection_flops", layer.selectionFlops())
          .put("selection_bytes", layer.selectionBytes());
    }
    return json;
  }

  /** The techniques of {@code config} by name, with all their parameters. */
  static ArrayNode techniques(RunConfig config) {
    ArrayNode techniques = JsonNodeFactory.instance.arrayNode();
    config
        .configured()
        .forEach(
            one ->
                techniques.addObject().put("name", one.name()).set("parameters", one.parameters()));
    return techniques;
  }

  /** One entry per generated token: its own log-probability and the likeliest alternatives. */
  static void addLogProbs(ObjectNode json, GenerationResult result) {
    ArrayNode tokens = json.putArray("logprobs");
    List<TokenLogProbs> all = result.logProbs();
    for (int i = 0; i < all.size(); i++) {
      ObjectNode token = entry(result.generatedIds().get(i), all.get(i).chosen());
      ArrayNode top = token.putArray("top");
      all.get(i).top().forEach(other -> top.add(entry(other.id(), other.logProb())));
      tokens.add(token);
    }
  }

  private static ObjectNode entry(int id, double logProb) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode().put("id", id);
    // JSON has no infinity.
    return Double.isFinite(logProb) ? entry.put("logprob", logProb) : entry.putNull("logprob");
  }

  private static double rounded(double milliseconds) {
    return Math.round(milliseconds * 1000) / 1000.0;
  }
}
