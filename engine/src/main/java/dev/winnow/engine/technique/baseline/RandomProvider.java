package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link RandomSelection}. */
@AutoService(TechniqueProvider.class)
public final class RandomProvider implements TechniqueProvider {
  @Override
  public String name() {
    return RandomSelection.NAME;
  }

  @Override
  public String summary() {
    return "Keeps sinks, a window and tokens drawn by lot.";
  }

  @Override
  public Record defaults() {
    return RandomConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new RandomSelection(Parameters.bind(parameters, RandomConfig.defaults(), where));
  }
}
