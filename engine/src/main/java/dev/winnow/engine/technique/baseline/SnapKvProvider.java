package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link SnapKv}. */
@AutoService(TechniqueProvider.class)
public final class SnapKvProvider implements TechniqueProvider {
  @Override
  public String name() {
    return SnapKv.NAME;
  }

  @Override
  public String summary() {
    return "Keeps, of a prompt, its last tokens and those that they attend to.";
  }

  @Override
  public Record defaults() {
    return SnapKvConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new SnapKv(Parameters.bind(parameters, SnapKvConfig.defaults(), where));
  }
}
