package dev.winnow.models.torch;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.arch.DecoderSpec;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors that a {@link DecoderSpec} implies, held against those a checkpoint has; every
 * difference is reported at once.
 */
final class ExpectedTensors {
  private static final int REPORTED = 8;

  /** Stored types that quantised checkpoints use for what only their own code can read. */
  private static final Set<String> WHOLE_NUMBERS = Set.of("I64", "I32", "I16", "I8", "U8", "BOOL");

  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();

  private final String head;

  private ExpectedTensors(String head) {
    this.head = head;
  }

  /** What {@code spec} implies. */
  static ExpectedTensors of(DecoderSpec spec) {
    ExpectedTensors expected = new ExpectedTensors(spec.tensors().head());
    ModelConfig config = spec.config();
    long hidden = config.hiddenSize();
    expected.add(spec.tensors().embedding(), config.vocabSize(), hidden);
    for (int layer = 0; layer < config.layers(); layer++) {
      expected.addLayer(spec.tensors().layer(layer), spec);
    }
    expected.add(spec.tensors().finalNorm(), hidden);
    if (!config.tiedEmbeddings()) {
      expected.add(spec.tensors().head(), config.vocabSize(), hidden);
    }
    return expected;
  }

  /** Shape by name; unmodifiable. */
  Map<String, List<Long>> shapes() {
    return java.util.Collections.unmodifiableMap(shapes);
  }

  private void addLayer(String prefix, DecoderSpec spec) {
    DecoderSpec.LayerNames names = spec.names();
    ModelConfig config = spec.config();
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();
    long q = (long) config.heads() * config.headDim();
    long kv = (long) config.kvHeads() * config.headDim();
    long[] qkv = names.qkv().size() == 1 ? new long[] {q + 2 * kv} : new long[] {q, kv, kv};
    long[] gateUp = names.gateUp().size() == 1 ? new long[] {2 * inner} : new long[] {inner, inner};
    addNorm(prefix, names.inputNorm(), hidden);
    addMatrices(prefix, names.qkv(), qkv, hidden, names.qkvBias());
    addNorm(prefix, names.queryNorm(), config.headDim());
    addNorm(prefix, names.keyNorm(), config.headDim());
    addMatrices(prefix, List.of(names.output()), new long[] {hidden}, q, names.outputBias());
    addNorm(prefix, names.attentionNorm(), hidden);
    addNorm(prefix, names.mlpNorm(), hidden);
    addMatrices(prefix, names.gateUp(), gateUp, hidden, names.mlpBias());
    addMatrices(prefix, List.of(names.down()), new long[] {hidden}, inner, names.mlpBias());
    addNorm(prefix, names.mlpOutputNorm(), hidden);
  }

  private void addNorm(String prefix, String name, long width) {
    if (!name.isEmpty()) {
      add(prefix + name + ".weight", width);
    }
  }

  private void addMatrices(
      String prefix, List<String> names, long[] rows, long width, boolean bias) {
    for (int i = 0; i < rows.length; i++) {
      add(prefix + names.get(i) + ".weight", rows[i], width);
      if (bias) {
        add(prefix + names.get(i) + ".bias", rows[i]);
      }
    }
  }

  private void add(String name, long... shape) {
    List<Long> dimensions = new ArrayList<>();
    for (long dimension : shape) {
      dimensions.add(dimension);
    }
    shapes.put(name, dimensions);
  }

  /**
   * Compares.
   *
   * @throws CheckpointException listing tensors that are missing, of another shape, or that the
   *     configuration has no use for
   */
  void check(Checkpoint checkpoint) {
    List<String> missing = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    List<String> surplus = new ArrayList<>();
    List<String> whole = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          TensorInfo info = checkpoint.tensors().get(name);
          if (info == null) {
            missing.add(name);
          } else if (!info.shape().equals(shape)) {
            wrong.add(
                "%s has shape %s, config.json implies %s".formatted(name, info.shape(), shape));
          } else if (WHOLE_NUMBERS.contains(info.storedType())) {
            whole.add("%s is %s".formatted(name, info.storedType()));
          }
        });
    for (String name : checkpoint.tensors().keySet()) {
      if (!shapes.containsKey(name) && !isHarmless(name)) {
        surplus.add(name);
      }
    }
    if (missing.isEmpty() && wrong.isEmpty() && surplus.isEmpty() && whole.isEmpty()) {
      return;
    }
    StringBuilder message =
        new StringBuilder(checkpoint.source() + ": the tensors do not fit config.json.");
    append(message, "Missing", missing);
    append(message, "Of another shape", wrong);
    append(message, "Unknown to this architecture", surplus);
    append(message, "Whole numbers, not weights", whole);
    message.append(" Check model_type and sizes in config.json, or download the checkpoint again.");
    throw new CheckpointException(message.toString());
  }

  /** What released checkpoints carry along although nothing needs it. */
  private boolean isHarmless(String name) {
    return name.equals(head) // a copy of tied embeddings
        || name.endsWith(".rotary_emb.inv_freq")
        || name.equals("rope_freqs.weight");
  }

  private static void append(StringBuilder message, String title, List<String> items) {
    if (items.isEmpty()) {
      return;
    }
    message
        .append(' ')
        .append(title)
        .append(" (")
        .append(items.size())
        .append("): ")
        .append(String.join(", ", items.subList(0, Math.min(REPORTED, items.size()))));
    message.append(items.size() > REPORTED ? ", ...." : ".");
  }
}
