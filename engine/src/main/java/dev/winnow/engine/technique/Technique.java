package dev.winnow.engine.technique;

import java.util.List;

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

  /** Opens its state for one sequence. */
  TechniqueSession open(SequenceContext context);
}
