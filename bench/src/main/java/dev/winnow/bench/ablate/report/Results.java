package dev.winnow.bench.ablate.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.winnow.bench.ablate.RunRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Runs by model, task and variant.
 *
 * @param runs all, each once: of runs with the same id the last that succeeded, else the last
 * @param tasks by model and task in the order of the runs
 * @param failed runs that have an error
 */
record Results(List<RunRecord> runs, List<TaskResult> tasks, List<RunRecord> failed) {

  /** Groups, compares with dense and corrects for the number of comparisons. */
  static Results of(List<RunRecord> all) {
    List<RunRecord> runs = withoutRepeats(all);
    Function<RunRecord, String> label = modelLabel(runs);
    List<TaskResult> tasks = new ArrayList<>();
    runs.stream()
        .collect(groupingBy(label, LinkedHashMap::new, toList()))
        .forEach(
            (model, ofModel) ->
                ofModel.stream()
                    .collect(groupingBy(RunRecord::task, LinkedHashMap::new, toList()))
                    .values()
                    .forEach(ofTask -> tasks.add(task(model, ofTask))));
    return new Results(
        runs, corrected(tasks), runs.stream().filter(run -> !run.succeeded()).toList());
  }

  /** Models in the order of the runs. */
  List<String> models() {
    return tasks.stream().map(TaskResult::model).distinct().toList();
  }

  /** Tasks of a model. */
  List<TaskResult> tasksOf(String model) {
    return tasks.stream().filter(task -> task.model().equals(model)).toList();
  }

  /** Variants in the order of the runs, dense first. */
  List<String> variants() {
    return runs.stream().sorted(denseFirst()).map(RunRecord::variant).distinct().toList();
  }

  /** Differences to dense that were tested. */
  List<Difference> differences() {
    return tasks.stream()
        .flatMap(task -> task.variants().stream())
        .flatMap(variant -> variant.difference().stream())
        .toList();
  }

  private static List<RunRecord> withoutRepeats(List<RunRecord> all) {
    Map<String, RunRecord> byId = new LinkedHashMap<>();
    for (RunRecord run : all) {
      byId.merge(run.id(), run, (old, now) -> old.succeeded() && !now.succeeded() ? old : now);
    }
    return List.copyOf(byId.values());
  }

  /** A model is named with its precision only where that tells two apart. */
  private static Function<RunRecord, String> modelLabel(Collection<RunRecord> runs) {
    Map<String, Long> precisions =
        runs.stream()
            .collect(
                groupingBy(
                    RunRecord::model,
                    Collectors.mapping(
                        RunRecord::precision,
                        Collectors.collectingAndThen(
                            Collectors.toSet(), set -> (long) set.size()))));
    return run ->
        precisions.get(run.model()) > 1 ? run.model() + " (" + run.precision() + ")" : run.model();
  }

  private static TaskResult task(String model, List<RunRecord> runs) {
    List<RunRecord> dense =
        runs.stream()
            .filter(run -> run.variant().equals(RunRecord.DENSE) && run.succeeded())
            .toList();
    List<VariantResult> variants = new ArrayList<>();
    runs.stream()
        .sorted(denseFirst())
        .collect(groupingBy(RunRecord::variant, LinkedHashMap::new, toList()))
        .values()
        .forEach(
            ofVariant -> {
              List<RunRecord> done = ofVariant.stream().filter(RunRecord::succeeded).toList();
              if (!done.isEmpty()) {
                variants.add(VariantResult.of(done, ofVariant.size() - done.size(), dense));
              }
            });
    RunRecord first = runs.stream().filter(RunRecord::succeeded).findFirst().orElse(runs.get(0));
    return new TaskResult(
        model, first.task(), first.metric(), first.better(), List.copyOf(variants));
  }

  private static Comparator<RunRecord> denseFirst() {
    return Comparator.comparing(run -> !run.variant().equals(RunRecord.DENSE));
  }

  private static List<TaskResult> corrected(List<TaskResult> tasks) {
    double[] p =
        tasks.stream()
            .flatMap(task -> task.variants().stream())
            .flatMap(variant -> variant.difference().stream())
            .mapToDouble(Difference::p)
            .toArray();
    double[] corrected = Holm.correct(p);
    List<TaskResult> result = new ArrayList<>();
    int next = 0;
    for (TaskResult task : tasks) {
      List<VariantResult> variants = new ArrayList<>();
      for (VariantResult variant : task.variants()) {
        variants.add(
            variant.difference().isEmpty()
                ? variant
                : variant.withDifference(variant.difference().get().corrected(corrected[next++])));
      }
      result.add(new TaskResult(task.model(), task.task(), task.metric(), task.better(), variants));
    }
    return List.copyOf(result);
  }
}
