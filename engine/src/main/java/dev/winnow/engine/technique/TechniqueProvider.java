package dev.winnow.engine.technique;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Makes a technique from its section of a config; registered with {@code @AutoService}. */
public interface TechniqueProvider {

  /** The technique's name, such as {@code layer_skip}. */
  String name();

  /** One sentence for people: what it leaves out. */
  String summary();

  /**
   * Every parameter with its default. The record's components are the keys of a config, in
   * snake_case there; a file is a {@link java.nio.file.Path}, null for none.
   */
  Record defaults();

  /**
   * The technique that {@code parameters} describe.
   *
   * @param where file and key of the section, for messages
   * @throws IllegalArgumentException naming a key that is unknown, missing or out of range
   */
  Technique create(ObjectNode parameters, String where);
}
