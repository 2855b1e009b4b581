package dev.winnow.bench.ablate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Does the runs of a plan that are not done yet, one after the other, and keeps each in a folder as
 * soon as it has ended.
 */
public final class AblationRunner {
  private final AblationPlan plan;
  private final Path folder;
  private final boolean keepGoing;
  private final Listener listener;

  /** Told what happens. */
  public interface Listener {
    /** So many runs are to be done, beside those that were done before. */
    default void starting(int todo, int done) {}

    /** Runs begin that are measured together. */
    default void started(List<PlannedRun> batch) {}

    /** A run has ended, and is kept. */
    default void ended(RunRecord run) {}

    /** Something people should know. */
    default void note(String line) {}
  }

  /**
   * What an ablation came to.
   *
   * @param runs the last of each run of the plan that has ended, in the plan's order, failed ones
   *     too
   * @param planned how many runs the plan has
   * @param done how many ended now
   * @param stopped whether it was asked to stop
   */
  public record Outcome(List<RunRecord> runs, int planned, int done, boolean stopped) {
    /** Copies the list. */
    public Outcome {
      runs = List.copyOf(runs);
    }

    /** Runs that failed. */
    public List<RunRecord> failed() {
      return runs.stream().filter(run -> !run.succeeded()).toList();
    }

    /** Runs that are not done. */
    public int missing() {
      return planned - runs.size();
    }
  }

  /**
   * A runner.
   *
   * @param folder where runs are kept
   * @param keepGoing whether a run that failed does not end the others
   */
  public AblationRunner(AblationPlan plan, Path folder, boolean keepGoing, Listener listener) {
    this.plan = plan;
    this.folder = folder;
    this.keepGoing = keepGoing;
    this.listener = listener;
  }

  /**
   * What was done before, without doing anything.
   *
   * @throws AblationException if the folder cannot be read
   */
  public Outcome look() {
    return outcome(read(), 0, false);
  }

  /**
   * Does what is left. Runs that failed before are tried again.
   *
   * @param fingerprints of models, by name; empty for one that cannot be found
   * @throws AblationException if the folder cannot be written, belongs to another process, or holds
   *     runs of another model of the same name
   */
  public Outcome run(RunExecutor executor, Function<String, String> fingerprints) {
    return run(
        (batches, ended) -> {
          for (List<PlannedRun> batch : batches) {
            listener.started(batch);
            boolean more = true;
            for (RunRecord run : executor.execute(batch)) {
              more &= ended.test(run);
            }
            if (!more) {
              return;
            }
          }
        },
        fingerprints);
  }

  /**
   * The same on other machines.
   *
   * @throws IllegalArgumentException if {@code backend} cannot use {@code options}
   */
  public Outcome run(
      SweepBackend backend, SweepBackend.Options options, Function<String, String> fingerprints) {
    return run((batches, ended) -> backend.run(batches, options, ended), fingerprints);
  }

  /** Does batches, and tells of each record, until told to stop. */
  private interface Sweep {
    void run(List<List<PlannedRun>> batches, Predicate<RunRecord> ended);
  }

  private Outcome run(Sweep sweep, Function<String, String> fingerprints) {
    try (OutputFolder output = OutputFolder.open(folder)) {
      Map<String, RunRecord> known = read();
      List<List<PlannedRun>> todo = todo(known);
      refuseOtherModels(known, todo, fingerprints);
      listener.starting(
          todo.stream().mapToInt(List::size).sum(), outcome(known, 0, false).runs().size());
      AtomicInteger done = new AtomicInteger();
      try (RunLines lines = RunLines.append(output.runs())) {
        sweep.run(
            todo,
            run -> {
              try {
                lines.write(run);
              } catch (IOException e) {
                throw cannotWrite(output, known.size(), e);
              }
              known.put(run.id(), run);
              listener.ended(run);
              done.incrementAndGet();
              return run.succeeded() || keepGoing;
            });
      } catch (IOException e) {
        throw cannotWrite(output, known.size(), e);
      } catch (CancellationException e) {
        return outcome(known, done.get(), true);
      }
      return outcome(known, done.get(), false);
    }
  }

  private static AblationException cannotWrite(OutputFolder output, int kept, IOException e) {
    return new AblationException(
        "cannot write %s: %s; %d runs that ended before are kept, the same command goes on from there"
            .formatted(
                output.runs(),
                e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(),
                kept),
        e);
  }

  /** The last of each run there is, by id; a success counts more than a failure after it. */
  private Map<String, RunRecord> read() {
    Map<String, RunRecord> known = new LinkedHashMap<>();
    try {
      for (RunRecord run : RunLines.read(folder.resolve(OutputFolder.RUNS), listener::note)) {
        known.merge(
            run.id(), run, (old, last) -> old.succeeded() && !last.succeeded() ? old : last);
      }
    } catch (IOException e) {
      throw new AblationException(
          "%s cannot be read: %s".formatted(folder.resolve(OutputFolder.RUNS), e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new AblationException(
          e.getMessage() + "; repair or remove the line, or name another folder", e);
    }
    Set<String> planned = plan.runs().stream().map(PlannedRun::id).collect(Collectors.toSet());
    List<RunRecord> others =
        known.values().stream().filter(run -> !planned.contains(run.id())).toList();
    if (!others.isEmpty()) {
      listener.note(
          "%d runs in %s are not in this ablation any more; they stay there, and are left out of the report: %s"
              .formatted(
                  others.size(),
                  folder,
                  others.stream()
                      .map(run -> run.variant() + " on " + run.task())
                      .distinct()
                      .limit(5)
                      .collect(Collectors.joining("; "))));
    }
    return known;
  }

  private List<List<PlannedRun>> todo(Map<String, RunRecord> known) {
    List<List<PlannedRun>> todo = new ArrayList<>();
    for (List<PlannedRun> batch : plan.batches()) {
      List<PlannedRun> left =
          batch.stream()
              .filter(run -> !known.containsKey(run.id()) || !known.get(run.id()).succeeded())
              .toList();
      if (!left.isEmpty()) {
        todo.add(left);
      }
    }
    return todo;
  }

  /** Ids name a model as people do; the checkpoint behind the name may have changed. */
  private void refuseOtherModels(
      Map<String, RunRecord> known,
      List<List<PlannedRun>> todo,
      Function<String, String> fingerprints) {
    List<String> models =
        todo.stream().map(batch -> batch.getFirst().model().name()).distinct().toList();
    for (String model : models) {
      List<String> before =
          known.values().stream()
              .filter(run -> run.model().equals(model))
              .map(run -> run.environment().get(RunEnvironment.FINGERPRINT))
              .filter(Objects::nonNull)
              .distinct()
              .toList();
      if (before.isEmpty()) {
        continue;
      }
      String now = fingerprints.apply(model);
      if (!now.isEmpty() && !before.contains(now)) {
        throw new AblationException(
            "%s holds runs of another %s: its fingerprint was %s and is %s; name another folder, or move the runs of the old one away"
                .formatted(folder, model, before.getFirst(), now));
      }
    }
  }

  private Outcome outcome(Map<String, RunRecord> known, int done, boolean stopped) {
    List<RunRecord> runs =
        plan.runs().stream()
            .filter(run -> known.containsKey(run.id()))
            .map(run -> named(run, known.get(run.id())))
            .toList();
    return new Outcome(runs, plan.runs().size(), done, stopped);
  }

  /** A run that was done under other names has those of the plan. */
  private static RunRecord named(PlannedRun plan, RunRecord run) {
    return plan.record(
        run.metric(),
        run.better(),
        run.items(),
        run.cost(),
        run.layers(),
        run.error(),
        run.environment(),
        run.started(),
        run.wallMs());
  }
}
