package dev.winnow.engine.technique.actqkv;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Makes {@link ActQkv} from a config. */
@AutoService(TechniqueProvider.class)
public final class ActQkvProvider implements TechniqueProvider {
  @Override
  public String name() {
    return ActQkv.NAME;
  }

  @Override
  public String summary() {
    return "Reads the window and blocks of older tokens that an activation-aware probe retrieves.";
  }

  @Override
  public Record defaults() {
    return ActQkvConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new ActQkv(Parameters.bind(parameters, ActQkvConfig.defaults(), where));
  }
}
