package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.report.Finding.Kind;
import java.util.ArrayList;
import java.util.List;

/** Where variants win and where they lose against dense, by the numbers alone. */
final class Findings {
  /** From here on three digits show that a ratio is not one. */
  private static final double LEAST_MORE = 1.0005;

  private final List<Finding> found = new ArrayList<>();
  private final TaskResult task;
  private final VariantResult variant;

  private Findings(TaskResult task, VariantResult variant) {
    this.task = task;
    this.variant = variant;
  }

  /** All, in the order of tasks and variants. */
  static List<Finding> of(Results results) {
    return results.tasks().stream()
        .flatMap(
            task ->
                task.variants().stream()
                    .filter(variant -> !variant.isDense())
                    .flatMap(variant -> new Findings(task, variant).all().stream()))
        .toList();
  }

  private List<Finding> all() {
    variant.difference().ifPresent(this::quality);
    time("to the first token", variant.ttft());
    time("per further token", variant.tpot());
    variant.work().ifPresent(this::work);
    if (variant.failed() > 0) {
      add(
          Kind.INCOMPLETE,
          "failed in %d of %d runs; its figures are of the others alone."
              .formatted(variant.failed(), variant.failed() + variant.runs().size()));
    }
    if (variant.scores().notFinite() > 0) {
      add(
          Kind.INCOMPLETE,
          "gave no finite score for %d of %d items, which its mean leaves out."
              .formatted(
                  variant.scores().notFinite(),
                  variant.runs().stream().mapToInt(run -> run.items().size()).sum()));
    }
    return found;
  }

  private void quality(Difference difference) {
    if (!difference.isClear()) {
      return;
    }
    boolean worse = task.isWorse(difference);
    String answers =
        difference
            .answers()
            .map(a -> "; %d right answers lost, %d gained".formatted(a.lost(), a.gained()))
            .orElse("");
    add(
        worse ? Kind.LOWER_QUALITY : Kind.HIGHER_QUALITY,
        "is %s than dense in %s: %s %s over %d pairs%s.%s"
            .formatted(
                worse ? "worse" : "better",
                task.metric(),
                Figures.signed(difference.mean().value()),
                Figures.signedEnds(difference.mean()),
                difference.pairs(),
                answers,
                difference.survivesCorrection()
                    ? ""
                    : " Among this many comparisons it may be chance."));
  }

  private void time(String what, Latency latency) {
    Interval ratio = latency.toDense();
    if (ratio.excludes(1)) {
      boolean slower = ratio.isAbove(1);
      add(
          slower ? Kind.SLOWER : Kind.FASTER,
          "is %s than dense %s: %s %s%s."
              .formatted(
                  slower ? "slower" : "faster",
                  what,
                  Figures.ratio(ratio.value()),
                  Figures.ends(ratio),
                  latency.paired() ? "" : ", not in pairs"));
    }
  }

  private void work(Work work) {
    moreWork("floating-point operations", work.flopsRatio());
    moreWork("bytes of keys and values", work.kvRatio());
    Interval tpot = variant.tpot().toDense();
    if (work.masked()) {
      add(Kind.NO_GAIN, "only masks what it would evict: no operation, byte or time is saved.");
    } else if (work.kvRatio() < 1 && tpot.known() && !tpot.isBelow(1)) {
      add(
          Kind.NO_GAIN,
          "reads %s of the bytes of keys and values, but shows no gain per further token: %s %s."
              .formatted(
                  Figures.ratio(work.kvRatio()), Figures.ratio(tpot.value()), Figures.ends(tpot)));
    }
    boolean worse = variant.difference().map(task::isWorse).orElse(true);
    if (!work.masked() && !worse && work.bound() < 1) {
      add(
          Kind.LESS_WORK,
          "executes %s of the floating-point operations and reads %s of the bytes of keys and values, with no loss in %s shown: %s %s."
              .formatted(
                  Figures.ratio(work.flopsRatio()),
                  Figures.ratio(work.kvRatio()),
                  task.metric(),
                  Figures.signed(variant.difference().orElseThrow().mean().value()),
                  Figures.signedEnds(variant.difference().orElseThrow().mean())));
    }
  }

  private void moreWork(String what, double ratio) {
    if (ratio > LEAST_MORE) {
      add(Kind.MORE_WORK, "takes more %s than dense: %s.".formatted(what, Figures.ratio(ratio)));
    }
  }

  private void add(Kind kind, String sentence) {
    found.add(new Finding(kind, task.model(), task.task(), variant.variant(), sentence));
  }
}
