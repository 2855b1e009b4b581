package dev.winnow.bench.ablate;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.CheckpointFingerprint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.hub.ModelLocator;
import dev.winnow.models.hub.ModelRequest;
import java.util.function.Function;

/** Tells which checkpoint a name stands for, without loading it. */
public final class ModelFingerprints implements Function<String, String> {
  private final ModelRequest request;

  /** Models located under the conditions of {@code request}. */
  public ModelFingerprints(ModelRequest request) {
    this.request = request;
  }

  /** The fingerprint; empty if there is no such model, which its runs will say. */
  @Override
  public String apply(String model) {
    try (Checkpoint checkpoint = Checkpoints.open(new ModelLocator().locate(model, request))) {
      return CheckpointFingerprint.of(checkpoint);
    } catch (CheckpointException | IllegalArgumentException e) {
      return "";
    }
  }
}
