package dev.winnow.bench.train;

import dev.winnow.bench.glimpse.Colour;
import dev.winnow.bench.glimpse.Form;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.glimpse.SceneObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors of a LLaVA model as Hugging Face's {@code llava-1.5} checkpoints name them, and those
 * of the heads that only training has, in the order of the program {@code glimpse}.
 */
final class LlavaParameters {
  private static final String TOWER = "vision_tower.vision_model.";
  private static final double TOKEN_SPREAD = 0.02;

  /** About one in ten of the pairs of form and colour is on a picture. */
  private static final double CLASS_HEAD_BIAS = -2.2;

  /** Halves what a layer adds, which keeps the residual stream's size. */
  private static final double RESIDUAL = 0.5;

  /** Outputs of the head on patches: form or none, colour or none, and whether it is a centre. */
  static final int PATCH_OUTPUTS = Form.values().length + Colour.values().length + 3;

  private final List<Parameter> all = new ArrayList<>();

  private LlavaParameters() {}

  static List<Parameter> of(VisionShape vision, LlamaShape text) {
    LlavaParameters parameters = new LlavaParameters();
    parameters.addVision(vision);
    parameters.addHeads(vision.hiddenSize());
    parameters.addProjector(vision.hiddenSize(), text.hiddenSize());
    for (Parameter parameter : LlamaNames.LLAMA.parameters(text)) {
      parameters.all.add(parameter.named("language_model." + parameter.name()));
    }
    return List.copyOf(parameters.all);
  }

  private void addVision(VisionShape shape) {
    int hidden = shape.hiddenSize();
    int inner = shape.intermediateSize();
    String embeddings = TOWER + "embeddings.";
    Parameter patches =
        Parameter.matrix(embeddings + "patch_embedding.weight", hidden, Scene.PATCH_VALUES, 1);
    all.add(patches.byAdamW().shaped(hidden, 3, Scene.PATCH, Scene.PATCH));
    all.add(Parameter.bias(embeddings + "class_embedding", hidden).starting(0, TOKEN_SPREAD));
    all.add(
        Parameter.table(
            embeddings + "position_embedding.weight", Scene.PATCHES + 1, hidden, TOKEN_SPREAD));
    addNorm(TOWER + "pre_layrnorm", hidden);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = TOWER + "encoder.layers." + layer + ".";
      addNorm(prefix + "layer_norm1", hidden);
      addLinear(prefix + "self_attn.q_proj", hidden, hidden, 1);
      addLinear(prefix + "self_attn.k_proj", hidden, hidden, 1);
      addLinear(prefix + "self_attn.v_proj", hidden, hidden, 1);
      addLinear(prefix + "self_attn.out_proj", hidden, hidden, RESIDUAL);
      addNorm(prefix + "layer_norm2", hidden);
      addLinear(prefix + "mlp.fc1", inner, hidden, 1);
      addLinear(prefix + "mlp.fc2", hidden, inner, RESIDUAL);
    }
    addNorm(TOWER + "post_layernorm", hidden);
  }

  private void addHeads(int hidden) {
    int kinds = SceneObject.KINDS;
    all.add(Parameter.matrix("class_head.weight", kinds, hidden, 0).byAdamW().dropped());
    all.add(Parameter.bias("class_head.bias", kinds).starting(CLASS_HEAD_BIAS, 0).dropped());
    all.add(Parameter.matrix("patch_head.weight", PATCH_OUTPUTS, hidden, 1).byAdamW().dropped());
    all.add(Parameter.bias("patch_head.bias", PATCH_OUTPUTS).dropped());
  }

  private void addProjector(int from, int to) {
    String prefix = "multi_modal_projector.linear_";
    all.add(Parameter.matrix(prefix + "1.weight", to, from, 1).byAdamW());
    all.add(Parameter.bias(prefix + "1.bias", to));
    all.add(Parameter.matrix(prefix + "2.weight", to, to, 1).byAdamW());
    all.add(Parameter.bias(prefix + "2.bias", to));
  }

  private void addNorm(String name, int width) {
    all.add(Parameter.gain(name + ".weight", width));
    all.add(Parameter.bias(name + ".bias", width));
  }

  private void addLinear(String name, int rows, int columns, double scale) {
    all.add(Parameter.matrix(name + ".weight", rows, columns, scale));
    all.add(Parameter.bias(name + ".bias", rows));
  }
}
