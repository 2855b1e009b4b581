package dev.winnow.bench.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs every test of a grid with every contender, in turn within each repetition, so that a machine
 * that slows down slows all of them.
 */
public final class LatencyGrid {
  private final List<Contender> contenders;
  private final int repetitions;
  private final int warmUps;
  private final Consumer<String> progress;

  /**
   * A grid.
   *
   * @param contenders the first is compared with each of the others
   * @param repetitions timed runs of each test, at least 1
   * @param warmUps runs before those
   * @param progress told what is being done
   */
  public LatencyGrid(
      List<? extends Contender> contenders,
      int repetitions,
      int warmUps,
      Consumer<String> progress) {
    if (repetitions < 1) {
      throw new IllegalArgumentException("repetitions must be >= 1, got " + repetitions);
    }
    if (warmUps < 0) {
      throw new IllegalArgumentException("warm_ups must be >= 0, got " + warmUps);
    }
    this.contenders = List.copyOf(contenders);
    this.repetitions = repetitions;
    this.warmUps = warmUps;
    this.progress = progress;
  }

  /** Runs {@code tests}; rows by test, then by contender. */
  public List<GridRow> run(List<GridTest> tests) {
    List<GridRow> rows = new ArrayList<>();
    for (GridTest test : tests) {
      rows.addAll(run(test));
    }
    return rows;
  }

  private List<GridRow> run(GridTest test) {
    for (Contender contender : contenders) {
      progress.accept("%s: preparing %s".formatted(test.name(), contender.name()));
      contender.prepare(test);
    }
    List<List<Contender.Run>> runs = new ArrayList<>();
    contenders.forEach(contender -> runs.add(new ArrayList<>()));
    for (int repetition = -warmUps; repetition < repetitions; repetition++) {
      for (int i = 0; i < contenders.size(); i++) {
        Contender.Run run = contenders.get(i).run();
        check(contenders.get(i), test, run);
        if (repetition >= 0) {
          runs.get(i).add(run);
        }
      }
    }
    List<GridRow> rows = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) {
      rows.add(new GridRow(test, contenders.get(i).name(), runs.get(i)));
      progress.accept(
          "%s: %s %.1f tokens/s"
              .formatted(test.name(), contenders.get(i).name(), rows.get(i).tokensPerSecond()));
    }
    return rows;
  }

  /** Speeds of different amounts of work must never be set side by side. */
  private static void check(Contender contender, GridTest test, Contender.Run run) {
    if (run.tokens() != test.tokens()) {
      throw new IllegalStateException(
          "%s computed %d tokens for %s, not %d"
              .formatted(contender.name(), run.tokens(), test.name(), test.tokens()));
    }
  }
}
