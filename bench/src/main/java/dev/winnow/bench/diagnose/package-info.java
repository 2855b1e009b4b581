/**
 * What selection loses, layer by layer and head by head, against dense attention of the same step.
 */
package dev.winnow.bench.diagnose;
