package dev.winnow.engine.technique;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
      Map<Collision, SortedSet<Integer>> collisions = new LinkedHashMap<>();
      for (Claim claim : technique.claims(layers)) {
        claim(index, claim, collisions);
      }
      if (!collisions.isEmpty()) {
        throw new IllegalArgumentException(refusal(index, collisions));
      }
    }
  }

  /** What two techniques both claim. */
  private record Collision(Hook hook, int other) {}

  private void claim(int index, Claim claim, Map<Collision, SortedSet<Integer>> collisions) {
    if (claim.layer() < 0 || claim.layer() >= layers) {
      throw new IllegalArgumentException(
          "technique %s claims layer %d, but the model has layers 0 to %d"
              .formatted(techniques.get(index).name(), claim.layer(), layers - 1));
    }
    int[] owner = owners.get(claim.hook());
    int other = owner[claim.layer()];
    if (other >= 0 && other != index) {
      collisions
          .computeIfAbsent(new Collision(claim.hook(), other), unused -> new TreeSet<>())
          .add(claim.layer());
    } else {
      owner[claim.layer()] = index;
    }
  }

  private String refusal(int index, Map<Collision, SortedSet<Integer>> collisions) {
    Map.Entry<Collision, SortedSet<Integer>> first = collisions.entrySet().iterator().next();
    SortedSet<Integer> both = first.getValue();
    String on =
        both.size() == layers
            ? "every layer"
            : both.size() == 1
                ? "layer " + both.first()
                : "layers " + both.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return "techniques %s and %s both decide %s on %s; give them different layers or drop one"
        .formatted(
            techniques.get(first.getKey().other()).name(),
            techniques.get(index).name(),
            first.getKey().hook(),
            on);
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
