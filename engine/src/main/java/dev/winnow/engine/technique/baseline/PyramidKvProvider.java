package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link PyramidKv}. */
@AutoService(TechniqueProvider.class)
public final class PyramidKvProvider implements TechniqueProvider {
  @Override
  public String name() {
    return PyramidKv.NAME;
  }

  @Override
  public String summary() {
    return "SnapKV with more room in the first layers and less in the last.";
  }

  @Override
  public Record defaults() {
    return PyramidKvConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new PyramidKv(Parameters.bind(parameters, PyramidKvConfig.defaults(), where));
  }
}
