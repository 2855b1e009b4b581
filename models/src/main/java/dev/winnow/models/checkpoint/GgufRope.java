package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code rope_scaling} would be, from a GGUF file's {@code rope.scaling.*} keys and its
 * tensors of frequency factors.
 *
 * @param rotaryDim dimensions of a head that are rotated
 */
record GgufRope(
    GgufMetadata metadata,
    String prefix,
    Map<String, StoredTensor> tensors,
    int rotaryDim,
    double theta) {
  static final String LLAMA3_FACTORS = "rope_freqs.weight";
  static final String LONG_FACTORS = "rope_factors_long.weight";
  static final String SHORT_FACTORS = "rope_factors_short.weight";

  /** llama.cpp's converter and Meta's models know no others. */
  private static final double LOW_FREQUENCY_FACTOR = 1;

  private static final double HIGH_FREQUENCY_FACTOR = 4;

  /** The factors were computed in single precision, along other ways of rounding. */
  private static final double TOLERANCE = 1e-3;

  Optional<ObjectNode> scaling() {
    String scaling = prefix + "rope.scaling.";
    String type = metadata.string(scaling + "type").orElse("none");
    OptionalDouble factor = metadata.positive(scaling + "factor");
    OptionalDouble legacy = metadata.positive(prefix + "rope.scale_linear");
    boolean tables = tensors.containsKey(LONG_FACTORS) || tensors.containsKey(SHORT_FACTORS);
    if (tensors.containsKey(LLAMA3_FACTORS)) {
      if (!type.equals("none") || tables) {
        throw new CheckpointException(
            metadata.file()
                + ": both the tensor "
                + LLAMA3_FACTORS
                + " and "
                + (tables ? LONG_FACTORS : "key " + scaling + "type")
                + " scale the rotary frequencies; only one may.");
      }
      return llama3();
    }
    if (tables || type.equals("longrope")) {
      return Optional.of(longRope(scaling));
    }
    return switch (type) {
      case "none" ->
          legacy.isPresent() && legacy.getAsDouble() != 1
              ? Optional.of(linear(legacy.getAsDouble()))
              : Optional.empty();
      case "linear" -> Optional.of(linear(required(factor, scaling + "factor")));
      case "yarn" -> Optional.of(yarn(required(factor, scaling + "factor"), scaling));
      default -> throw metadata.wrong(scaling + "type", type, "none, linear, yarn or longrope");
    };
  }

  private static ObjectNode linear(double factor) {
    return CheckpointFiles.newObject().put("rope_type", "linear").put("factor", factor);
  }

  private ObjectNode yarn(double factor, String scaling) {
    ObjectNode node = CheckpointFiles.newObject().put("rope_type", "yarn").put("factor", factor);
    originalContext(scaling)
        .ifPresent(original -> node.put("original_max_position_embeddings", original));
    metadata.positive(scaling + "yarn_beta_fast").ifPresent(beta -> node.put("beta_fast", beta));
    metadata.positive(scaling + "yarn_beta_slow").ifPresent(beta -> node.put("beta_slow", beta));
    for (String key : new String[] {"yarn_log_multiplier", "yarn_ext_factor"}) {
      double neutral = key.equals("yarn_ext_factor") ? 1 : 0;
      if (metadata.decimal(scaling + key).orElse(neutral) != neutral) {
        throw metadata.wrong(scaling + key, metadata.values().get(scaling + key), "" + neutral);
      }
    }
    double attention =
        metadata
            .positive(scaling + "yarn_attn_factor")
            .orElse(metadata.positive(scaling + "attn_factor").orElse(1));
    if (attention != 1) {
      // GGUF multiplies the usual factor, Hugging Face replaces it.
      node.put("attention_factor", attention * (0.1 * Math.log(factor) + 1));
    }
    return node;
  }

  private ObjectNode longRope(String scaling) {
    ObjectNode node = CheckpointFiles.newObject().put("rope_type", "longrope");
    putFactors(node.putArray("short_factor"), SHORT_FACTORS);
    putFactors(node.putArray("long_factor"), LONG_FACTORS);
    originalContext(scaling)
        .ifPresent(original -> node.put("original_max_position_embeddings", original));
    metadata
        .positive(scaling + "attn_factor")
        .ifPresent(attention -> node.put("attention_factor", attention));
    return node;
  }

  /** Hugging Face has parameters where GGUF has their outcome, one divisor per frequency. */
  private Optional<ObjectNode> llama3() {
    float[] factors = factors(LLAMA3_FACTORS);
    double factor = factors[factors.length - 1];
    if (matches(factors, 1, 8192)) {
      return Optional.empty();
    }
    int[] originals = {8192, 4096, 2048, 1024, 512, 256, 128, 64, 16_384, 32_768, 65_536, 131_072};
    for (int original : originals) {
      if (matches(factors, factor, original)) {
        return Optional.of(
            CheckpointFiles.newObject()
                .put("rope_type", "llama3")
                .put("factor", factor)
                .put("low_freq_factor", LOW_FREQUENCY_FACTOR)
                .put("high_freq_factor", HIGH_FREQUENCY_FACTOR)
                .put("original_max_position_embeddings", original));
      }
    }
    throw new CheckpointException(
        metadata.file()
            + ": tensor "
            + LLAMA3_FACTORS
            + " holds rotary factors that are not Llama 3's (low 1, high 4, an original context"
            + " from 64 to 131072 that is a power of two). Use the model's safetensors.");
  }

  private boolean matches(float[] factors, double factor, int original) {
    double longest = original / LOW_FREQUENCY_FACTOR;
    double shortest = original / HIGH_FREQUENCY_FACTOR;
    for (int i = 0; i < factors.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / rotaryDim);
      double expected;
      if (wavelength < shortest) {
        expected = 1;
      } else if (wavelength > longest) {
        expected = factor;
      } else {
        double smooth =
            (original / wavelength - LOW_FREQUENCY_FACTOR)
                / (HIGH_FREQUENCY_FACTOR - LOW_FREQUENCY_FACTOR);
        expected = 1 / ((1 - smooth) / factor + smooth);
      }
      if (!(Math.abs(factors[i] - expected) <= TOLERANCE * expected)) {
        return false;
      }
    }
    return true;
  }

  private void putFactors(ArrayNode node, String name) {
    if (!tensors.containsKey(name)) {
      throw new CheckpointException(
          metadata.file() + ": longrope needs the tensor " + name + ", which is missing.");
    }
    for (float factor : factors(name)) {
      node.add(factor);
    }
  }

  private float[] factors(String name) {
    StoredTensor tensor = tensors.get(name);
    int expected = rotaryDim / 2;
    if (tensor.info().elements() != expected || expected == 0) {
      throw new CheckpointException(
          metadata.file()
              + ": tensor "
              + name
              + " has the shape "
              + tensor.info().shape()
              + "; it should have "
              + expected
              + " elements, one for each pair of rotated dimensions.");
    }
    float[] factors = new float[expected];
    tensor.read(0, tensor.info().rows(), MemorySegment.ofArray(factors));
    for (float factor : factors) {
      if (!(factor > 0) || Float.isInfinite(factor)) {
        throw new CheckpointException(
            metadata.file() + ": tensor " + name + " holds " + factor + "; factors are positive.");
      }
    }
    return factors;
  }

  private Optional<Long> originalContext(String scaling) {
    String key = scaling + "original_context_length";
    return metadata.integer(key, 1, Integer.MAX_VALUE).stream().boxed().findFirst();
  }

  private double required(OptionalDouble number, String key) {
    return number.orElseThrow(() -> metadata.wrong(key, null, "a number greater than zero"));
  }
}
