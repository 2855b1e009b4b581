package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link Oracle}. */
@AutoService(TechniqueProvider.class)
public final class OracleProvider implements TechniqueProvider {
  @Override
  public String name() {
    return Oracle.NAME;
  }

  @Override
  public String summary() {
    return "Scores every key exactly and reads the best: a bound on quality.";
  }

  @Override
  public Record defaults() {
    return OracleConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new Oracle(Parameters.bind(parameters, OracleConfig.defaults(), where));
  }
}
