package dev.winnow.engine.technique.fasa;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Makes {@link Fasa}. */
@AutoService(TechniqueProvider.class)
public final class FasaProvider implements TechniqueProvider {
  @Override
  public String name() {
    return Fasa.NAME;
  }

  @Override
  public String summary() {
    return "Generated tokens read those tokens that a few frequency chunks of each head rank highest.";
  }

  @Override
  public Record defaults() {
    return FasaConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    FasaConfig config = Parameters.bind(parameters, FasaConfig.defaults(), where);
    try {
      return Fasa.of(config);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }
}
