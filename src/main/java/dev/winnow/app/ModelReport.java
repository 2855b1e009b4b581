package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.arch.DecoderSpec;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a checkpoint is and what it will take, without loading its weights. */
final class ModelReport {
  private ModelReport() {}

  static ObjectNode of(Path path) {
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      DecoderSpec spec = Architectures.spec(checkpoint.config(), path.toString());
      ObjectNode report = JsonNodeFactory.instance.objectNode();
      report.put("source", path.toString()).put("format", checkpoint.format());
      addShape(report, spec);
      addTensors(report, checkpoint);
      addMemory(report, checkpoint, spec);
      addText(report, checkpoint);
      return report;
    }
  }

  private static void addShape(ObjectNode report, DecoderSpec spec) {
    ModelConfig config = spec.config();
    report
        .put("architecture", config.modelType())
        .put("layers", config.layers())
        .put("hidden_size", config.hiddenSize())
        .put("intermediate_size", config.intermediateSize())
        .put("heads", config.heads())
        .put("kv_heads", config.kvHeads())
        .put("head_dim", config.headDim())
        .put("vocab_size", config.vocabSize())
        .put("context", config.maxPositionEmbeddings())
        .put("tied_embeddings", config.tiedEmbeddings());
    List<Integer> windows =
        spec.layers().stream().map(DecoderSpec.LayerAttention::window).sorted().distinct().toList();
    ObjectNode attention = report.putObject("attention_layers");
    for (int window : windows) {
      long layers = spec.layers().stream().filter(layer -> layer.window() == window).count();
      attention.put(name(spec, window), layers);
    }
    spec.layers().stream()
        .map(layer -> describe(layer.rotary()))
        .distinct()
        .forEach(report.putArray("rope")::add);
  }

  private static String name(DecoderSpec spec, int window) {
    if (!spec.causal()) {
      return "bidirectional";
    }
    return window == 0 ? "all" : "window " + window;
  }

  private static String describe(RotaryConfig rotary) {
    String text = "theta " + rotary.theta();
    if (rotary.rotaryDim() != rotary.headDim()) {
      text += ", %d of %d dimensions".formatted(rotary.rotaryDim(), rotary.headDim());
    }
    if (rotary.scaling() instanceof RotaryScaling.Linear linear) {
      text += ", linear x" + linear.factor();
    } else if (rotary.scaling() instanceof RotaryScaling.Llama3 llama3) {
      text += ", llama3 x%s beyond %d".formatted(llama3.factor(), llama3.originalContext());
    } else if (rotary.scaling() instanceof RotaryScaling.Yarn yarn) {
      text += ", yarn x%s beyond %d".formatted(yarn.factor(), yarn.originalContext());
    }
    return text;
  }

  private static void addTensors(ObjectNode report, Checkpoint checkpoint) {
    Map<String, Long> types = new TreeMap<>();
    long parameters = 0;
    long bytes = 0;
    for (TensorInfo tensor : checkpoint.tensors().values()) {
      parameters += tensor.elements();
      bytes += tensor.bytes();
      types.merge(tensor.storedType(), 1L, Long::sum);
    }
    report.put("parameters", parameters).put("tensors", checkpoint.tensors().size());
    types.forEach(report.putObject("stored_types")::put);
    report.put("stored_bytes", bytes);
  }

  private static void addMemory(ObjectNode report, Checkpoint checkpoint, DecoderSpec spec) {
    ModelConfig config = spec.config();
    ObjectNode weights = report.putObject("weight_bytes");
    for (WeightFormat format : WeightFormat.values()) {
      weights.put(format.label(), weightBytes(checkpoint, spec, format));
    }
    ObjectNode perToken = report.putObject("kv_bytes_per_token");
    ObjectNode full = report.putObject("kv_bytes_full_context");
    for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
      long bytes = 2L * config.layers() * config.kvHeads() * config.headDim() * type.bytes();
      perToken.put(Choices.lowerCase(type), bytes);
      full.put(Choices.lowerCase(type), bytes * config.maxPositionEmbeddings());
    }
  }

  /** Matrices in memory; an embedding table that is not the head too stays in its file. */
  static long weightBytes(Checkpoint checkpoint, DecoderSpec spec, WeightFormat format) {
    long bytes = 0;
    String embedding = spec.tensors().embedding();
    String head = spec.config().tiedEmbeddings() ? embedding : spec.tensors().head();
    for (TensorInfo tensor : checkpoint.tensors().values()) {
      boolean isHead = tensor.name().equals(head);
      if (tensor.shape().size() != 2 || (!isHead && tensor.name().equals(embedding))) {
        continue;
      }
      bytes +=
          switch (format) {
            case F32 -> 4 * tensor.elements();
            case F16 -> 2 * tensor.elements();
            case INT8 -> isHead ? 2 * tensor.elements() : tensor.elements() + 8 * tensor.rows();
          };
    }
    return bytes;
  }

  private static void addText(ObjectNode report, Checkpoint checkpoint) {
    report.put("tokenizer", checkpoint.tokenizerJson().isPresent());
    report.put(
        "chat_template",
        checkpoint.tokenizerConfig().map(c -> c.hasNonNull("chat_template")).orElse(false));
    GenerationConfig defaults =
        checkpoint
            .generationConfig()
            .map(
                json ->
                    GenerationConfig.fromCheckpoint(json, checkpoint.source().toString()).config())
            .orElse(GenerationConfig.defaults());
    report
        .putObject("generation_defaults")
        .put("max_new_tokens", defaults.maxNewTokens())
        .put("do_sample", defaults.sampling().doSample())
        .put("temperature", defaults.sampling().temperature())
        .put("top_k", defaults.sampling().topK())
        .put("top_p", defaults.sampling().topP())
        .put("min_p", defaults.sampling().minP())
        .put("repetition_penalty", defaults.sampling().repetitionPenalty());
  }
}
