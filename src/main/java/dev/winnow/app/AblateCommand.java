package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.AblationConfig;
import dev.winnow.bench.ablate.AblationPlan;
import dev.winnow.bench.ablate.AblationRunner;
import dev.winnow.bench.ablate.LocalExecutor;
import dev.winnow.bench.ablate.LocalExecutorFactory;
import dev.winnow.bench.ablate.ModelFingerprints;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunExecutor;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import dev.winnow.bench.ablate.SweepBackends;
import dev.winnow.bench.ablate.report.AblationReport;
import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.hub.ModelRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code winnow ablate}. */
@Command(
    name = "ablate",
    description = {
      "Runs a grid: every model with dense attention and every variant of techniques, on every task"
          + " from every seed, as a YAML file says.",
      "Each run that ends is a line in DIR/runs.jsonl, safe from then on: after Ctrl-C, a kill or a"
          + " failure the same command does what is left. A changed file goes on too: what it"
          + " shares with the old one is not done again."
    },
    footer = {
      "  winnow ablate configs/ablations/quick.yaml --out ablation-quick",
      "  winnow ablate configs/ablations/fasa.yaml --out ablation-fasa --dry-run",
      "  winnow ablate configs/ablations/real-model.yaml --out ablation-real --set text=book.txt"
          + " --set calibrate.text=other.txt --keep-going"
    })
final class AblateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "The ablation, such as one of configs/ablations/*.yaml.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for runs, calibrations and report (default: ablation-NAME).")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Override a key of every task that has it, as in n=96 or recall.n=96; calibrate.KEY of"
              + " every variant that calibrates; or seeds, as in seeds=[1,2]. May be repeated.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "Run on this model in place of the file's, weights f32, keys and values f16. May be"
              + " repeated.")
  private List<String> models = new ArrayList<>();

  @Option(
      names = "--dry-run",
      description = "Only check everything and list the runs, and how many are done.")
  private boolean dryRun;

  @Option(
      names = "--report-only",
      description = "Only make the report again, of the runs that are done.")
  private boolean reportOnly;

  @Option(
      names = "--keep-going",
      description =
          "Go on after a run that failed; without it, the first failure ends the command.")
  private boolean keepGoing;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads of a run (default: all cores; with --spark 1).")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "Hand the runs out to Apache Spark, such as spark://HOST:7077, or local[4] for four at a"
              + " time in this process (default: one run after the other, without Spark). Models and"
              + " files are names, or paths that all machines see."
              + " Needs WINNOW_SPARK=1 in the environment, which builds it; bench/README.md says"
              + " more.")
  private String spark;

  @Option(names = "--offline", description = "Never use the network.")
  private boolean offline;

  @Mixin private CommonOptions common;

  AblateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (dryRun && reportOnly) {
      throw new ParameterException(
          spec.commandLine(), "--dry-run and --report-only exclude each other");
    }
    threads
        .filter(n -> n < 1 || n > 1024)
        .ifPresent(
            n -> {
              throw new ParameterException(
                  spec.commandLine(), "--threads must be in [1, 1024], got " + n);
            });
    AblationPlan plan = plan();
    Path folder = out == null ? Path.of("ablation-" + plan.name()) : out;
    CancellationToken cancellation = new CancellationToken();
    AblationRunner.Outcome outcome;
    try (AblationProgress progress = new AblationProgress(terminal)) {
      AblationRunner runner = new AblationRunner(plan, folder, keepGoing, progress);
      if (dryRun) {
        list(plan, runner.look(), folder);
        return 0;
      }
      if (reportOnly) {
        return end(plan, runner.look(), folder);
      }
      ModelRequest request = ModelFlags.request(terminal, Optional.empty(), !offline);
      try (Interrupts interrupts = Interrupts.handledBy(cancellation::cancel)) {
        outcome =
            spark == null
                ? runHere(runner, progress, folder, request, cancellation)
                : runOnSpark(runner, plan, request, cancellation);
      }
    }
    return end(plan, outcome, folder);
  }

  private AblationRunner.Outcome runHere(
      AblationRunner runner,
      AblationProgress progress,
      Path folder,
      ModelRequest request,
      CancellationToken cancellation) {
    try (RunExecutor executor =
        new LocalExecutor(
            new LocalExecutor.Options(
                threads.orElse(Runtime.getRuntime().availableProcessors()),
                folder.resolve("calibrations"),
                request,
                cancellation::isCancelled,
                progress::note))) {
      return runner.run(executor, new ModelFingerprints(request));
    }
  }

  private AblationRunner.Outcome runOnSpark(
      AblationRunner runner,
      AblationPlan plan,
      ModelRequest request,
      CancellationToken cancellation) {
    SweepBackend backend;
    try {
      backend = SweepBackends.find("spark");
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return runner.run(
        backend,
        new SweepBackend.Options(
            spark,
            plan.name(),
            threads.orElse(0),
            new LocalExecutorFactory(request.allowDownload()),
            cancellation::isCancelled),
        new ModelFingerprints(request));
  }

  private AblationPlan plan() {
    try {
      AblationConfig config = AblationConfig.load(file).with(settings);
      if (!models.isEmpty()) {
        config =
            config.withModels(
                models.stream()
                    .distinct()
                    .map(name -> new PlannedRun.ModelSetting(name, WeightFormat.F32, DType.F16))
                    .toList());
      }
      return AblationPlan.of(config);
    } catch (ConfigException e) {
      String message = e.getMessage();
      throw new ParameterException(
          spec.commandLine(), message.startsWith("set ") ? "--" + message : message, e);
    }
  }

  private void list(AblationPlan plan, AblationRunner.Outcome outcome, Path folder) {
    Set<String> done =
        outcome.runs().stream()
            .filter(RunRecord::succeeded)
            .map(RunRecord::id)
            .collect(Collectors.toSet());
    if (common.json()) {
      ObjectNode json = summary(plan, outcome, folder);
      ArrayNode runs = json.putArray("runs");
      for (PlannedRun run : plan.runs()) {
        runs.addObject()
            .put("id", run.id())
            .put("model", run.model().name())
            .put("precision", run.model().precision())
            .put("variant", run.variant().label())
            .put("task", run.task().label())
            .put("seed", run.seed())
            .put("done", done.contains(run.id()));
      }
      common.print(terminal, json);
      return;
    }
    int variant = width(plan, run -> run.variant().label());
    int task = width(plan, run -> run.task().label());
    int model = width(plan, run -> run.model().name() + " " + run.model().precision());
    String format = "%-" + model + "s  %-" + variant + "s  %-" + task + "s  %6s  %s%n";
    terminal.out().printf(format, "model", "variant", "task", "seed", "done");
    for (PlannedRun run : plan.runs()) {
      terminal
          .out()
          .printf(
              format,
              run.model().name() + " " + run.model().precision(),
              run.variant().label(),
              run.task().label(),
              run.seed(),
              done.contains(run.id()) ? "yes" : "no");
    }
    terminal.out().printf("%,d runs, %,d of them done%n", plan.runs().size(), done.size());
  }

  private static int width(AblationPlan plan, Function<PlannedRun, String> column) {
    return plan.runs().stream().map(column).mapToInt(String::length).max().orElse(0);
  }

  private int end(AblationPlan plan, AblationRunner.Outcome outcome, Path folder) {
    List<RunRecord> failed = outcome.failed();
    Path page = report(plan, outcome, folder);
    if (common.json()) {
      common.print(terminal, summary(plan, outcome, folder).put("report", page.toString()));
    } else {
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "%,d of %,d runs done, %,d failed%n%s%n",
              outcome.runs().size() - failed.size(),
              outcome.planned(),
              failed.size(),
              page);
    }
    if (outcome.stopped()) {
      terminal.note("stopped; the same command goes on from there");
      return GenerateCommand.INTERRUPTED;
    }
    if (!failed.isEmpty() && outcome.missing() > 0) {
      terminal.note(
          "winnow: a run failed and %,d are left; --keep-going does those, the same command tries it again",
          outcome.missing());
    }
    return failed.isEmpty() ? 0 : 1;
  }

  private static Path report(AblationPlan plan, AblationRunner.Outcome outcome, Path folder) {
    String title =
        plan.description().isEmpty() ? plan.name() : plan.name() + ": " + plan.description();
    try {
      return AblationReport.write(folder, title, outcome.runs()).getFirst();
    } catch (IOException e) {
      throw new CommandException(
          "cannot write the report in %s: %s; all runs are kept, --report-only makes it again"
              .formatted(folder, e.getMessage()));
    }
  }

  private static ObjectNode summary(
      AblationPlan plan, AblationRunner.Outcome outcome, Path folder) {
    List<RunRecord> failed = outcome.failed();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("ablation", plan.name())
            .put("out", folder.toString())
            .put("planned", outcome.planned())
            .put("done", outcome.runs().size() - failed.size())
            .put("done_now", outcome.done())
            .put("missing", outcome.missing())
            .put("stopped", outcome.stopped());
    ArrayNode failures = json.putArray("failed");
    failed.forEach(
        run ->
            failures
                .addObject()
                .put("id", run.id())
                .put("model", run.model())
                .put("variant", run.variant())
                .put("task", run.task())
                .put("seed", run.seed())
                .put("error", run.error().orElseThrow()));
    return json;
  }
}
