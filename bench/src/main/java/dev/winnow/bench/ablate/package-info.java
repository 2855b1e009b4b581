/**
 * Ablations: grids of models, techniques, parameters, tasks and seeds, run one after the other and
 * kept as JSON lines.
 */
package dev.winnow.bench.ablate;
