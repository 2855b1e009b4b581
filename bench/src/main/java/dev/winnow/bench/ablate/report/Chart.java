package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A picture that the page's script draws.
 *
 * @param title of it
 * @param height in pixels
 * @param spec its data: {@code kind} is {@code pareto}, {@code lines} or {@code heat}
 */
record Chart(String title, int height, ObjectNode spec) {}
