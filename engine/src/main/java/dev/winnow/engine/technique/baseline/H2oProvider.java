package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link H2o}. */
@AutoService(TechniqueProvider.class)
public final class H2oProvider implements TechniqueProvider {
  @Override
  public String name() {
    return H2o.NAME;
  }

  @Override
  public String summary() {
    return "Keeps the newest tokens and those that earlier queries attended to most.";
  }

  @Override
  public Record defaults() {
    return H2oConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new H2o(Parameters.bind(parameters, H2oConfig.defaults(), where));
  }
}
