package dev.winnow.bench.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a reference checkpoint from a seed, in one go or in several: the state is kept in the
 * folder {@code training} of the output, and a stopped training goes on from there with the same
 * numbers.
 *
 * @param recipe what to train
 * @param seed where the random numbers start
 * @param threads threads of one operation; the recipe is measured with 1
 * @param scale how many of the recipe's steps to do, 1 for all, greater than 0
 */
public record ReferenceTraining(ReferenceRecipe recipe, long seed, int threads, double scale) {
  private static final int REPORT_EVERY = 50;
  private static final int MAX_THREADS = 1024;

  /** Checks ranges. */
  public ReferenceTraining {
    if (!(scale > 0 && scale <= 100)) {
      throw new IllegalArgumentException("steps scale must be in (0, 100], got " + scale);
    }
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be in [1, %d], got %d".formatted(MAX_THREADS, threads));
    }
  }

  /**
   * What came of it.
   *
   * @param steps steps done
   * @param plannedSteps steps of the whole schedule
   * @param cpuSeconds CPU time they took
   */
  public record Outcome(int steps, int plannedSteps, double cpuSeconds) {
    /** Whether the schedule came to its end. */
    public boolean finished() {
      return steps == plannedSteps;
    }
  }

  /**
   * Trains, and writes the checkpoint without its model card.
   *
   * @param folder where the checkpoint goes
   * @param stopped asked after every step; true ends the training early, to be continued later
   * @param listener told about every fiftieth step
   * @throws IOException if the folder cannot be written, or holds another training
   */
  public Outcome run(Path folder, BooleanSupplier stopped, Consumer<TrainingProgress> listener)
      throws IOException {
    Schedule schedule = recipe.schedule().scaled(scale);
    Path kept = Files.createDirectories(folder.resolve("training"));
    Path file = kept.resolve("state.bin");
    List<Parameter> parameters = recipe.task().parameters();
    try (Trainer trainer = new Trainer(recipe.task(), threads);
        TrainingState state =
            Files.exists(file)
                ? TrainingState.read(trainer.script(), parameters, file, identity(schedule))
                : TrainingState.initial(trainer.script(), parameters, seed)) {
      double loss = 0;
      int counted = 0;
      while (state.step() < schedule.steps() && !stopped.getAsBoolean()) {
        Schedule.Step step = schedule.at(state.step());
        loss += trainer.step(state, step, seedOf(state.step()));
        counted++;
        if (state.step() % REPORT_EVERY == 0 || state.step() == schedule.steps()) {
          TrainingProgress progress =
              progress(trainer, state, schedule, step.phase(), loss / counted);
          loss = 0;
          counted = 0;
          log(kept.resolve("curve.csv"), progress);
          state.write(file, identity(schedule));
          listener.accept(progress);
        }
      }
      state.write(file, identity(schedule));
      CheckpointWriter.write(folder, recipe.task().documents(), state);
      return new Outcome(state.step(), schedule.steps(), state.cpuSeconds());
    }
  }

  private static TrainingProgress progress(
      Trainer trainer, TrainingState state, Schedule schedule, Schedule.Phase phase, double loss) {
    return new TrainingProgress(
        state.step(),
        schedule.steps(),
        phase.name(),
        phase.data().tokens(),
        loss,
        trainer.exactMatch(state, phase.data()),
        state.cpuSeconds());
  }

  /** Every step has random numbers of its own, so a resumed training needs only its number. */
  private long seedOf(int step) {
    return seed * 0x9E3779B97F4A7C15L + step + 1;
  }

  /** Tells this training from others. */
  String identity(Schedule schedule) {
    return "%s seed %d %s %s".formatted(recipe.name(), seed, recipe.task(), schedule);
  }

  private static void log(Path file, TrainingProgress progress) throws IOException {
    if (!Files.exists(file)) {
      Files.writeString(file, "step,phase,tokens,loss,exact_match,cpu_seconds\n");
    }
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            "%d,%s,%d,%.4f,%.4f,%.0f%n",
            progress.step(),
            progress.phase(),
            progress.tokens(),
            progress.loss(),
            progress.exactMatch(),
            progress.cpuSeconds()),
        StandardCharsets.UTF_8,
        StandardOpenOption.APPEND);
  }
}
