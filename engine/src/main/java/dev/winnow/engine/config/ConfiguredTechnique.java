package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Technique;

/**
 * A technique with the parameters it was made from.
 *
 * @param name its name in configs
 * @param parameters all of them, defaults included, as they stand in a config
 * @param technique the technique
 */
public record ConfiguredTechnique(String name, ObjectNode parameters, Technique technique) {}
