package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A run that is to be done: everything it depends on, resolved, so that it can travel as one JSON
 * string to another process and be done there.
 *
 * @param id hash of all that determines what is measured: not of names, labels or file names
 * @param ablation name of the configuration
 * @param model which model, and how it is held
 * @param variant which techniques
 * @param task what to measure
 * @param seed of contexts and questions
 * @param digests SHA-256, as 64 hex digits, of every file that parameters name, by its name
 */
public record PlannedRun(
    String id,
    String ablation,
    ModelSetting model,
    Variant variant,
    TaskSetting task,
    long seed,
    Map<String, String> digests) {
  private static final String FORMAT = "winnow run 1";

  /** Copies the map. */
  public PlannedRun {
    digests = Collections.unmodifiableMap(new LinkedHashMap<>(digests));
  }

  /** A run with its id. */
  public static PlannedRun of(
      String ablation,
      ModelSetting model,
      Variant variant,
      TaskSetting task,
      long seed,
      Map<String, String> digests) {
    String id = RunId.of(content(model, variant, task, seed), digests);
    return new PlannedRun(id, ablation, model, variant, task, seed, digests);
  }

  /**
   * A model.
   *
   * @param name as {@code --model} takes it
   * @param weights how matrices are held
   * @param kv how keys and values are stored
   */
  public record ModelSetting(String name, WeightFormat weights, DType kv) {
    /** Both formats, such as {@code f32/f16}. */
    public String precision() {
      return weights.label() + "/" + kv.name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Techniques that work together.
   *
   * @param label unique in the ablation
   * @param axes parameters that the ablation sweeps
   * @param techniques in order; none for dense attention
   * @param calibrate how to make the calibration that one of them needs, if it is to be made
   */
  public record Variant(
      String label,
      Map<String, Object> axes,
      List<TechniqueSetting> techniques,
      Optional<CalibrationSetting> calibrate) {
    /** Copies the map and the list. */
    public Variant {
      axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
      techniques = List.copyOf(techniques);
    }

    /** The baseline: no techniques. */
    public static Variant dense() {
      return new Variant(RunRecord.DENSE, Map.of(), List.of(), Optional.empty());
    }

    /** Names of the techniques joined by {@code +}; {@code dense} for none. */
    public String technique() {
      return techniques.isEmpty()
          ? RunRecord.DENSE
          : techniques.stream().map(TechniqueSetting::name).collect(Collectors.joining("+"));
    }
  }

  /**
   * One technique.
   *
   * @param name as configs have it
   * @param parameters all of them, defaults included
   */
  public record TechniqueSetting(String name, ObjectNode parameters) {
    /** Copies the parameters. */
    public TechniqueSetting {
      parameters = parameters.deepCopy();
    }
  }

  /**
   * What to measure.
   *
   * @param label unique in the ablation
   * @param suite name of the {@link AblationTask}
   * @param diagnose one step in so many has dense attention computed beside it, to see what each
   *     layer kept; 0 for none
   * @param parameters all of them, defaults included
   */
  public record TaskSetting(String label, String suite, int diagnose, ObjectNode parameters) {
    /** Copies the parameters. */
    public TaskSetting {
      parameters = parameters.deepCopy();
    }
  }

  /** Model, variant, task and seed in a few words, for messages. */
  public String name() {
    return "%s %s, %s, %s, seed %d"
        .formatted(model.name(), model.precision(), variant.label(), task.label(), seed);
  }

  /**
   * The record of this run, under its names.
   *
   * @see RunRecord
   */
  public RunRecord record(
      String metric,
      Better better,
      List<RunRecord.Item> items,
      Optional<RunRecord.Cost> cost,
      List<RunRecord.LayerRecall> layers,
      Optional<String> error,
      Map<String, String> environment,
      Instant started,
      double wallMs) {
    return new RunRecord(
        id,
        ablation,
        model.name(),
        model.precision(),
        variant.label(),
        variant.technique(),
        variant.axes(),
        task.label(),
        seed,
        metric,
        better,
        items,
        cost,
        layers,
        error,
        environment,
        started,
        wallMs);
  }

  /** This run as one JSON string. */
  public String toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id).put("ablation", ablation);
    json.setAll(content(model, variant, task, seed));
    ((ObjectNode) json.get("variant"))
        .put("label", variant.label())
        .set("axes", RunJson.tree(variant.axes()));
    ((ObjectNode) json.get("task")).put("label", task.label());
    return json.set("digests", RunJson.tree(digests)).toString();
  }

  /**
   * The run that {@link #toJson()} described.
   *
   * @throws IllegalArgumentException naming the key of what is wrong
   */
  public static PlannedRun parse(String json) {
    return StrictObject.parse("planned run", json, PlannedRun::read);
  }

  private static PlannedRun read(StrictObject json) {
    if (!json.text("format").equals(FORMAT)) {
      throw new IllegalArgumentException(
          "planned run: format must be '%s', got '%s'; use the same Winnow on all machines"
              .formatted(FORMAT, json.text("format")));
    }
    return new PlannedRun(
        json.text("id"),
        json.text("ablation"),
        json.section(
            "model",
            model ->
                new ModelSetting(
                    model.text("name"),
                    model.convert("weights", WeightFormat::of),
                    model.convert("kv", text -> DType.valueOf(text.toUpperCase(Locale.ROOT))))),
        json.section(
            "variant",
            variant ->
                new Variant(
                    variant.text("label"),
                    variant.scalarsByName("axes"),
                    variant.objects(
                        "techniques",
                        one ->
                            new TechniqueSetting(one.text("technique"), one.object("parameters"))),
                    variant.node("calibrate").isNull()
                        ? Optional.empty()
                        : Optional.of(
                            CalibrationSetting.of(variant.object("calibrate"), "calibrate")))),
        json.section(
            "task",
            task ->
                new TaskSetting(
                    task.text("label"),
                    task.text("suite"),
                    Math.toIntExact(task.wholeNumber("diagnose")),
                    task.object("parameters"))),
        json.wholeNumber("seed"),
        json.textsByName("digests"));
  }

  /** What determines the results. */
  private static ObjectNode content(
      ModelSetting model, Variant variant, TaskSetting task, long seed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("format", FORMAT);
    json.putObject("model")
        .put("name", model.name())
        .put("weights", model.weights().label())
        .put("kv", model.kv().name().toLowerCase(Locale.ROOT));
    ObjectNode variants = json.putObject("variant");
    ArrayNode techniques = variants.putArray("techniques");
    for (TechniqueSetting one : variant.techniques()) {
      techniques.addObject().put("technique", one.name()).set("parameters", one.parameters());
    }
    variants.set(
        "calibrate", variant.calibrate().<JsonNode>map(CalibrationSetting::toJson).orElse(null));
    json.putObject("task")
        .put("suite", task.suite())
        .put("diagnose", task.diagnose())
        .set("parameters", task.parameters());
    return json.put("seed", seed);
  }
}
