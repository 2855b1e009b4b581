package dev.winnow.bench.train;

/**
 * Where a training is.
 *
 * @param step steps done
 * @param steps steps in all
 * @param phase name of the phase of the last step
 * @param tokens tokens of its longest sequences
 * @param loss running mean of the loss, in nats
 * @param exactMatch part of the answers wholly right, of the evaluation of the phase's data
 * @param cpuSeconds CPU time of all steps so far
 */
public record TrainingProgress(
    int step,
    int steps,
    String phase,
    int tokens,
    double loss,
    double exactMatch,
    double cpuSeconds) {}
