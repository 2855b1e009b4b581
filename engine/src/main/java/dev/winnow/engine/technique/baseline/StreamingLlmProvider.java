package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link StreamingLlm}. */
@AutoService(TechniqueProvider.class)
public final class StreamingLlmProvider implements TechniqueProvider {
  @Override
  public String name() {
    return StreamingLlm.NAME;
  }

  @Override
  public String summary() {
    return "Keeps the first tokens and a window of the newest, and forgets the rest.";
  }

  @Override
  public Record defaults() {
    return StreamingLlmConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new StreamingLlm(Parameters.bind(parameters, StreamingLlmConfig.defaults(), where));
  }
}
