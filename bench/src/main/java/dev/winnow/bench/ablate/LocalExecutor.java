package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.bench.ablate.PlannedRun.TaskSetting;
import dev.winnow.bench.ablate.PlannedRun.TechniqueSetting;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.LayerRecall;
import dev.winnow.bench.diagnose.AttentionDiagnosis;
import dev.winnow.bench.diagnose.DiagnosisSummary;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.models.hub.ModelRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Does runs in this process. A model is loaded when the first of its runs comes, and kept until a
 * run of another one does; variants share its weights. For one thread at a time.
 */
public final class LocalExecutor implements RunExecutor {
  private final Options options;
  private final Set<String> warm = new HashSet<>();
  private final Techniques techniques = Techniques.load();
  private final Calibrations calibrations;
  private ModelSetting current;
  private LoadedModel loaded;
  private RuntimeException failure;

  /**
   * Where and how to run.
   *
   * @param threads CPU threads
   * @param folder for calibrations
   * @param request where models are looked for, and whether they may be fetched
   * @param cancelled asked now and then
   * @param notes told what takes long beside the runs
   */
  public record Options(
      int threads,
      Path folder,
      ModelRequest request,
      BooleanSupplier cancelled,
      Consumer<String> notes) {}

  /** An executor without a model yet. */
  public LocalExecutor(Options options) {
    this.options = options;
    this.calibrations = new Calibrations(options.folder(), options.cancelled(), options.notes());
  }

  @Override
  public List<RunRecord> execute(List<PlannedRun> batch) {
    if (options.cancelled().getAsBoolean()) {
      throw new CancellationException("stopped before the run began");
    }
    AblationTask<?> task =
        AblationTasks.of(batch.getFirst().task().suite(), batch.getFirst().name());
    return execute(batch, task);
  }

  private <P extends Record> List<RunRecord> execute(List<PlannedRun> batch, AblationTask<P> task) {
    List<Prepared> prepared = new ArrayList<>();
    try {
      for (PlannedRun run : batch) {
        prepared.add(new Prepared(run));
      }
      P parameters = parameters(task, batch.getFirst().task());
      List<Measurement> able = prepared.stream().flatMap(one -> one.measurement.stream()).toList();
      if (!task.alternates()) {
        able.forEach(one -> warmUp(task, parameters, one));
      }
      prepared.forEach(Prepared::start);
      if (!able.isEmpty()) {
        task.measureTogether(parameters, able);
      }
      return prepared.stream().map(one -> one.record(task, parameters)).toList();
    } finally {
      prepared.forEach(Prepared::close);
    }
  }

  /** Takes the compiler's time away from the first run of each kind. */
  private <P extends Record> void warmUp(AblationTask<P> task, P parameters, Measurement run) {
    if (!warm.add(task.suite() + " " + run.technique())) {
      return;
    }
    Measurement thrownAway = run.warmUp();
    try {
      thrownAway.attempt(() -> task.measure(parameters, thrownAway)); // a failure comes again
    } catch (CancellationException e) {
      if (options.cancelled().getAsBoolean()) {
        throw e;
      }
    }
  }

  private static <P extends Record> P parameters(AblationTask<P> task, TaskSetting setting) {
    return Parameters.bind(
        setting.parameters(), task.defaults(), "task '%s'".formatted(setting.label()));
  }

  /** One run with its model, or why it has none. */
  private final class Prepared implements AutoCloseable {
    private final PlannedRun run;
    private Instant started = Instant.now();
    private long startNanos = System.nanoTime();
    private Optional<Measurement> measurement = Optional.empty();
    private Optional<DiagnosisSummary> diagnosis = Optional.empty();
    private Optional<LanguageModel> model = Optional.empty();
    private Optional<LanguageModel> observed = Optional.empty();
    private Throwable failed;

    Prepared(PlannedRun run) {
      this.run = run;
      try {
        open();
      } catch (CancellationException e) {
        close();
        throw e;
      } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError e) {
        failed = e;
      }
    }

    /** Loading, calibrating and warming up are not the run's. */
    void start() {
      started = Instant.now();
      startNanos = System.nanoTime();
    }

    private void open() {
      LoadedModel base = model(run.model());
      model = Optional.of(base.model().withTechniques(techniques(base.model(), run)));
      LanguageModel measured = model.get();
      int every = run.task().diagnose();
      if (every > 0 && !run.variant().techniques().isEmpty()) {
        DiagnosisSummary summary =
            new DiagnosisSummary(measured.config().layers(), measured.config().heads());
        diagnosis = Optional.of(summary);
        observed =
            Optional.of(measured.observedBy(new AttentionDiagnosis(every, false, summary::add)));
        measured = observed.get();
      }
      measurement =
          Optional.of(
              new Measurement(measured, base.model(), base.options(), run, options.cancelled()));
    }

    <P extends Record> RunRecord record(AblationTask<P> task, P parameters) {
      Optional<Throwable> cause =
          Optional.ofNullable(failed).or(() -> measurement.flatMap(Measurement::failure));
      boolean done = cause.isEmpty();
      return run.record(
          task.metric(parameters),
          task.better(parameters),
          done ? measurement.orElseThrow().items() : List.of(),
          done ? Optional.of(measurement.orElseThrow().cost()) : Optional.<Cost>empty(),
          done ? layers() : List.of(),
          cause.map(LocalExecutor::describe),
          environment(),
          started,
          (System.nanoTime() - startNanos) / 1e6);
    }

    private List<LayerRecall> layers() {
      List<LayerRecall> layers = new ArrayList<>();
      diagnosis.ifPresent(
          summary -> {
            double[][] recall = summary.recall();
            for (int layer = 0; layer < recall.length; layer++) {
              layers.add(new LayerRecall(layer, Arrays.stream(recall[layer]).boxed().toList()));
            }
          });
      return layers;
    }

    private Map<String, String> environment() {
      return loaded == null ? RunEnvironment.of(options.threads()) : loaded.environment();
    }

    @Override
    public void close() {
      observed.ifPresent(LanguageModel::close);
      model.ifPresent(LanguageModel::close);
    }
  }

  private List<Technique> techniques(LanguageModel dense, PlannedRun run) {
    List<Technique> all = new ArrayList<>();
    for (TechniqueSetting one : run.variant().techniques()) {
      ObjectNode parameters = one.parameters().deepCopy();
      run.variant()
          .calibrate()
          .filter(setting -> parameters.path(VariantExpansion.CALIBRATION).isNull())
          .ifPresent(
              setting ->
                  parameters.put(
                      VariantExpansion.CALIBRATION,
                      calibrations
                          .of(dense, run.model().name(), setting, run.digests())
                          .toString()));
      all.add(
          techniques.create(
              one.name(), parameters, "variant '%s'".formatted(run.variant().label())));
    }
    return all;
  }

  /** A model that failed to load is not tried again for its other runs. */
  private LoadedModel model(ModelSetting setting) {
    if (!setting.equals(current)) {
      close();
      current = setting;
      try {
        loaded = LoadedModel.load(setting, options.threads(), options.request());
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw new IllegalStateException("the model cannot be loaded: " + describe(failure), failure);
    }
    return loaded;
  }

  /** Messages of our own stand alone; others need their kind to make sense. */
  private static String describe(Throwable e) {
    String message = e.getMessage();
    if (e instanceof OutOfMemoryError) {
      return "out of memory with a heap of %d MiB; give a larger one with WINNOW_JAVA_OPTS=-Xmx"
          .formatted(Runtime.getRuntime().maxMemory() >> 20);
    }
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    boolean plain =
        e.getClass().getName().startsWith("dev.winnow.")
            || e instanceof IllegalArgumentException
            || e instanceof IllegalStateException;
    return plain ? message : e.getClass().getSimpleName() + ": " + message;
  }

  @Override
  public void close() {
    if (loaded != null) {
      loaded.model().close();
    }
    warm.clear();
    loaded = null;
    failure = null;
    current = null;
  }

  /**
   * A model in memory.
   *
   * @param model without techniques
   * @param options how it is held
   * @param environment where it runs
   */
  private record LoadedModel(
      LanguageModel model, ModelOptions options, Map<String, String> environment) {
    static LoadedModel load(ModelSetting setting, int threads, ModelRequest request) {
      ModelOptions options =
          ModelOptions.builder()
              .weights(setting.weights())
              .kv(setting.kv())
              .threads(threads)
              .build();
      LanguageModel model = LanguageModel.load(setting.name(), options, request);
      return new LoadedModel(model, options, RunEnvironment.of(model, threads));
    }
  }
}
