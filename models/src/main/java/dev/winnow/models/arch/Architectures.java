package dev.winnow.models.arch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The registered architectures by {@code model_type}. */
public final class Architectures {
  private Architectures() {}

  /** Every {@code model_type} that can be loaded, with who reads it; sorted. */
  public static SortedMap<String, Architecture> all() {
    SortedMap<String, Architecture> byType = new TreeMap<>();
    for (Architecture architecture : ServiceLoader.load(Architecture.class)) {
      for (String type : architecture.modelTypes()) {
        if (byType.put(type, architecture) != null) {
          throw new IllegalStateException("two architectures read model_type " + type);
        }
      }
    }
    return byType;
  }

  /**
   * Reads a configuration.
   *
   * @param config content of {@code config.json}
   * @param where the file it came from, for messages
   * @throws CheckpointException if no architecture reads its {@code model_type}, or a value is
   *     unsupported
   */
  public static DecoderSpec spec(ObjectNode config, String where) {
    ConfigReader reader = new ConfigReader(config, where);
    if (!reader.has("model_type")) {
      throw reader.error("model_type", "is missing", "one of " + all().keySet());
    }
    // GPTQ, AWQ, bitsandbytes and others, and MLX: their tensors are no plain weights.
    for (String quantised : List.of("quantization_config", "quantization")) {
      reader.refuse(
          quantised,
          reader.has(quantised),
          "absent: take the checkpoint before quantisation, or a GGUF file");
    }
    String type = reader.text("model_type", "");
    SortedMap<String, Architecture> byType = all();
    Architecture architecture = byType.get(type);
    if (architecture == null) {
      throw new CheckpointException(
          ("%s: model_type is '%s'; it must be one of %s. Other architectures need a descriptor, see"
                  + " CONTRIBUTING.md.")
              .formatted(where, type, byType.keySet()));
    }
    return architecture.spec(reader);
  }
}
