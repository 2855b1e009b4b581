package dev.winnow.engine.technique.tokenselect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Makes {@link TokenSelect}. */
@AutoService(TechniqueProvider.class)
public final class TokenSelectProvider implements TechniqueProvider {
  @Override
  public String name() {
    return TokenSelect.NAME;
  }

  @Override
  public String summary() {
    return "Reads first tokens, last tokens and those that all heads of a layer vote for, at"
        + " positions without gaps.";
  }

  @Override
  public Record defaults() {
    return TokenSelectConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new TokenSelect(Parameters.bind(parameters, TokenSelectConfig.defaults(), where));
  }
}
