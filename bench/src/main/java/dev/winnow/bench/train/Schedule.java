package dev.winnow.bench.train;

import java.util.List;

/**
 * Which data and which learning rate each step of a training has.
 *
 * @param phases one after the other
 */
record Schedule(List<Phase> phases) {

  /**
   * A run of steps alike.
   *
   * @param name for progress reports
   * @param steps how many
   * @param rows sequences of a batch
   * @param data where they come from
   * @param warmUp first steps over which the rate rises from nothing
   * @param firstRate Muon's learning rate at the start
   * @param lastRate and at the end; a half cosine leads from one to the other
   */
  record Phase(
      String name,
      int steps,
      int rows,
      TrainingData data,
      int warmUp,
      double firstRate,
      double lastRate) {

    double rate(int step) {
      double way = steps == 1 ? 0 : (double) step / (steps - 1);
      double cosine = lastRate + (firstRate - lastRate) * 0.5 * (1 + Math.cos(Math.PI * way));
      return cosine * Math.min(1, (step + 1.0) / Math.max(1, warmUp));
    }
  }

  /**
   * One step.
   *
   * @param phase the phase it belongs to
   * @param rate Muon's learning rate
   */
  record Step(Phase phase, double rate) {}

  Schedule {
    phases = List.copyOf(phases);
  }

  int steps() {
    return phases.stream().mapToInt(Phase::steps).sum();
  }

  /** What step {@code index}, counted from 0, does. */
  Step at(int index) {
    int first = 0;
    for (Phase phase : phases) {
      if (index < first + phase.steps()) {
        return new Step(phase, phase.rate(index - first));
      }
      first += phase.steps();
    }
    throw new IndexOutOfBoundsException("step " + index + " of " + steps());
  }

  /** The same phases with {@code scale} times the steps each, at least one. */
  Schedule scaled(double scale) {
    return new Schedule(
        phases.stream()
            .map(
                p ->
                    new Phase(
                        p.name(),
                        Math.max(1, (int) Math.round(p.steps() * scale)),
                        p.rows(),
                        p.data(),
                        (int) Math.round(p.warmUp() * scale),
                        p.firstRate(),
                        p.lastRate()))
            .toList());
  }
}
