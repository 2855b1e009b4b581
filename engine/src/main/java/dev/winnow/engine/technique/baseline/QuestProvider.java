package dev.winnow.engine.technique.baseline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;

/** Reads {@link Quest}. */
@AutoService(TechniqueProvider.class)
public final class QuestProvider implements TechniqueProvider {
  @Override
  public String name() {
    return Quest.NAME;
  }

  @Override
  public String summary() {
    return "Reads the pages whose keys can have the largest dot product with the query.";
  }

  @Override
  public Record defaults() {
    return QuestConfig.defaults();
  }

  @Override
  public Technique create(ObjectNode parameters, String where) {
    return new Quest(Parameters.bind(parameters, QuestConfig.defaults(), where));
  }
}
