package dev.winnow.models.arch;

import java.util.Set;

/**
 * Reads the configuration of a family of models into a {@link DecoderSpec}; registers with
 * {@code @AutoService}. Adding a family is one such class, and a TorchScript block if its layers
 * compute something new.
 */
public interface Architecture {

  /** The {@code model_type}s of {@code config.json} that it reads. */
  Set<String> modelTypes();

  /**
   * What the family makes of {@code config}.
   *
   * @throws dev.winnow.models.CheckpointException on a value it does not support, by name
   */
  DecoderSpec spec(ConfigReader config);
}
