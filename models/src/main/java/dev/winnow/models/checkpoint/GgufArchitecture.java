package dev.winnow.models.checkpoint;

import dev.winnow.models.CheckpointException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Values of {@code general.architecture} that can be read, with Hugging Face's names for them. */
enum GgufArchitecture {
  /** Also Mistral, which llama.cpp converts as Llama. */
  LLAMA("llama", "LlamaForCausalLM"),
  QWEN2("qwen2", "Qwen2ForCausalLM"),
  QWEN3("qwen3", "Qwen3ForCausalLM"),
  GEMMA3("gemma3_text", "Gemma3ForCausalLM"),
  PHI3("phi3", "Phi3ForCausalLM");

  final String modelType;
  final String className;

  GgufArchitecture(String modelType, String className) {
    this.modelType = modelType;
    this.className = className;
  }

  /** The name that also begins the keys of its metadata. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static GgufArchitecture of(GgufMetadata metadata) {
    String key = "general.architecture";
    String name = metadata.string(key).orElse(null);
    String names =
        Arrays.stream(values()).map(GgufArchitecture::key).collect(Collectors.joining(", "));
    if (name == null) {
      throw metadata.wrong(key, null, "one of " + names);
    }
    GgufArchitecture architecture =
        Arrays.stream(values())
            .filter(candidate -> candidate.key().equals(name))
            .findFirst()
            .orElseThrow(() -> metadata.wrong(key, name, "one of " + names));
    if (metadata.integer(architecture.key() + ".expert_count", 0, Long.MAX_VALUE).orElse(0) > 0) {
      throw new CheckpointException(
          metadata.file()
              + ": key "
              + architecture.key()
              + ".expert_count says mixture of experts, which is not supported. Use a dense model.");
    }
    if (metadata.integer("split.count", 0, Long.MAX_VALUE).orElse(1) > 1) {
      throw new CheckpointException(
          metadata.file()
              + ": key split.count says this is one of several parts, which are not supported."
              + " Join them with llama-gguf-split --merge.");
    }
    return architecture;
  }
}
