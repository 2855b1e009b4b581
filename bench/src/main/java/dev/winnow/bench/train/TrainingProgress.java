package dev.winnow.bench.train;

/**
 * Where a training is.
 *
 * @param step steps done
 * @param steps steps in all
 * @param phase name of the phase of the last step
 * @param tokens tokens of its sequences
 * @param loss running mean of the cross-entropy of answer tokens, in nats
 * @param exactMatch part of the answers wholly right, with as many facts as the phase has at most
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
