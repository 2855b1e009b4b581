package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A decoder of Llama's blocks as a training program. Its inputs are ids {@code [rows, tokens]},
 * cosines and sines {@code [tokens, headDim]}, positions of what is predicted in the flattened ids,
 * what is right there, and what else the loss wants.
 */
final class LlamaProgram {
  private LlamaProgram() {}

  /**
   * The methods.
   *
   * @param causal whether later tokens are hidden
   * @param loss resource with a method {@code loss} of inputs and weights
   */
  static String of(LlamaShape shape, boolean causal, String loss) {
    return (resource("blocks") + resource("llama"))
            .replace("HEAD_DIM", Integer.toString(shape.headDim()))
            .replace("EPSILON", Double.toString(shape.normEpsilon()))
            .replace("CAUSAL", causal ? "True" : "False")
        + resource(loss)
        + resource("gradients");
  }

  /** Cosines of the rotary angles, {@code [tokens, headDim]}. */
  static TorchTensor cosines(TorchScript script, LlamaShape shape, int tokens) {
    return angles(script, shape, tokens, true);
  }

  /** Sines of the rotary angles, {@code [tokens, headDim]}. */
  static TorchTensor sines(TorchScript script, LlamaShape shape, int tokens) {
    return angles(script, shape, tokens, false);
  }

  private static TorchTensor angles(
      TorchScript script, LlamaShape shape, int tokens, boolean cosine) {
    return script.floats(rotary(shape, tokens, cosine), tokens, shape.headDim());
  }

  /** Cosines or sines of the rotary angles, {@code [tokens, headDim]}. */
  static float[] rotary(LlamaShape shape, int tokens, boolean cosine) {
    int width = shape.headDim();
    float[] values = new float[tokens * width];
    for (int i = 0; i < tokens; i++) {
      for (int j = 0; j < width; j++) {
        double exponent = -2.0 * (j % (width / 2)) / width;
        double angle = i * Math.pow(shape.ropeTheta(), exponent);
        values[i * width + j] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return values;
  }

  /** A TorchScript resource of this package. */
  static String resource(String name) {
    String path = "/dev/winnow/bench/train/" + name + ".py";
    try (InputStream in = LlamaProgram.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
