package dev.winnow.engine.testing;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/** A technique that claims only some of its layers. */
public record OnLayers(Technique technique, List<Integer> layers) implements Technique {
  @Override
  public String name() {
    return technique.name();
  }

  @Override
  public List<Claim> claims(int count) {
    return technique.claims(count).stream()
        .filter(claim -> layers.contains(claim.layer()))
        .toList();
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return technique.open(context);
  }
}
