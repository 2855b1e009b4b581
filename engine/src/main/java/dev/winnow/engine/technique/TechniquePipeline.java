package dev.winnow.engine.technique;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Several techniques working together on one model; none is exact dense execution. */
public final class TechniquePipeline {
  private final List<Technique> techniques;
  private final int layers;
  private final Map<Hook, int[]> owners = new EnumMap<>(Hook.class);

  /**
   * Composes {@code techniques} for a model of {@code layers} layers.
   *
   * @throws IllegalArgumentException if two claim the same hook on the same layer, one claims a
   *     layer that the model lacks, or two have the same name
   */
  public TechniquePipeline(List<Technique> techniques, int layers) {
    this.techniques = List.copyOf(techniques);
    this.layers = layers;
    for (Hook hook : Hook.values()) {
      int[] none = new int[layers];
      Arrays.fill(none, -1);
      owners.put(hook, none);
    }
    Set<String> names = new HashSet<>();
    for (int index = 0; index < this.techniques.size(); index++) {
      Technique technique = this.techniques.get(index);
      if (!names.add(technique.name())) {
        throw new IllegalArgumentException("technique " + technique.name() + " is listed twice");
      }
      for (Claim claim : technique.claims(layers)) {
        claim(index, claim);
      }
    }
  }

  private void claim(int index, Claim claim) {
    String name = techniques.get(index).name();
    if (claim.layer() < 0 || claim.layer() >= layers) {
      throw new IllegalArgumentException(
          "technique %s claims layer %d, but the model has layers 0 to %d"
              .formatted(name, claim.layer(), layers - 1));
    }
    int[] owner = owners.get(claim.hook());
    int other = owner[claim.layer()];
    if (other >= 0 && other != index) {
      throw new IllegalArgumentException(
          "techniques %s and %s both decide %s on layer %d; give them different layers or drop one"
              .formatted(techniques.get(other).name(), name, claim.hook(), claim.layer()));
    }
    owner[claim.layer()] = index;
  }

  /**
   * Checks that no technique decides anything but {@code allowed}.
   *
   * @param what they are not made for otherwise
   * @throws IllegalArgumentException naming one that does
   */
  public void requireOnly(Hook allowed, String what) {
    for (Technique technique : techniques) {
      for (Claim claim : technique.claims(layers)) {
        if (claim.hook() != allowed) {
          throw new IllegalArgumentException(
              "technique %s decides %s, which is not made for %s; leave it out"
                  .formatted(technique.name(), claim.hook(), what));
        }
      }
    }
  }

  /** The techniques, in the order given. */
  public List<Technique> techniques() {
    return techniques;
  }

  /** Opens every technique for one sequence. */
  public PipelineSession open(SequenceContext context) {
    List<TechniqueSession> sessions = new ArrayList<>();
    try {
      for (Technique technique : techniques) {
        sessions.add(technique.open(context));
      }
    } catch (RuntimeException e) {
      sessions.forEach(TechniqueSession::close);
      throw e;
    }
    return new PipelineSession(
        sessions, owners.get(Hook.RUNS_LAYER), owners.get(Hook.PLAN), owners.get(Hook.PRUNE));
  }
}
