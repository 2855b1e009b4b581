package dev.winnow.engine.technique.actqkv;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Makes {@link InfLlm} from a config. */
@AutoService(TechniqueProvider.class)
public final class InfLlmProvider implements TechniqueProvider {
  @Override
  public String name() {
    return InfLlm.NAME;
  }

  @Override
  public String summary() {
    return "Reads the window and the blocks of older tokens nearest to the mean query.";
  }

  @Override
  public Record defaults() {
    return InfLlmConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new InfLlm(Parameters.bind(parameters, InfLlmConfig.defaults(), where));
  }
}
