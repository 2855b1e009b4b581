package dev.winnow.engine.technique;

import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.function.Supplier;

/** A training-free way to do less work; immutable, what changes lives in its sessions. */
public interface Technique {

  /** Its name in configs, errors and reports, such as {@code layer_skip}. */
  String name();

  /**
   * The hooks it decides, by layer, in a model of {@code layers} layers; the pipeline calls no
   * other deciding hook of its sessions.
   *
   * @throws IllegalArgumentException if its parameters do not suit such a model
   */
  List<Claim> claims(int layers);

  /**
   * Checks that it suits a model, once, when the model is loaded.
   *
   * @param fingerprint computes the checkpoint's {@link
   *     dev.winnow.models.checkpoint.CheckpointFingerprint}, for what was measured on a particular
   *     one
   * @throws IllegalArgumentException if it does not, saying why and where the parameter stands
   */
  default void check(ModelConfig config, Supplier<String> fingerprint) {}

  /**
   * This technique for a model, {@linkplain #check checked}: one that looks up what belongs to the
   * checkpoint returns itself with it.
   *
   * @param fingerprint as in {@link #check}
   * @throws IllegalArgumentException as {@link #check}, or if there is nothing for the checkpoint
   */
  default Technique forModel(ModelConfig config, Supplier<String> fingerprint) {
    check(config, fingerprint);
    return this;
  }

  /** Opens its state for one sequence. */
  TechniqueSession open(SequenceContext context);
}
