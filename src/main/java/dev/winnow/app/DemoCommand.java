package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.recall.RecallDemo;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.bench.train.ReferenceRecipe;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.models.hub.ModelLocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow demo}. */
@Command(
    name = "demo",
    description = {
      "Asks a small model that comes with Winnow for facts hidden in longer and longer texts, with"
          + " dense attention and with every technique at a budget of 132 tokens or fewer, and shows what"
          + " came out and what it cost. Questions are fed token by token, so that techniques for"
          + " generated tokens see them. Needs no network.",
    },
    footer = {"  winnow demo", "  winnow demo --tokens 512,8192 --seed 7 --json"})
final class DemoCommand implements Callable<Integer> {
  private static final String MODEL = "reference:recall";
  private static final String DENSE = "dense";
  private static final int NEEDLES = 8;

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--tokens",
      split = ",",
      paramLabel = "N",
      description =
          "Lengths of the texts (default: 512,2048,8192; the model was trained up to 512).")
  private List<Integer> tokens = List.of(512, 2048, 8192);

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which texts and questions (default: 1).")
  private long seed = 1;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private CommonOptions common;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    RecallSuite suite = new RecallSuite(NEEDLES, 1, NEEDLES, seed, true);
    ModelOptions.Builder options = ModelOptions.builder().threads(threads);
    Ranges.check(spec.commandLine(), options::build);
    Path folder =
        new ModelLocator().locate(MODEL, ModelFlags.request(terminal, Optional.empty(), false));
    DemoTable table = new DemoTable(terminal.out(), NEEDLES);
    ArrayNode lines = JsonNodeFactory.instance.arrayNode();
    List<RecallDemo.Line> dense = new ArrayList<>();
    try (LanguageModel model = LanguageModel.load(folder, options.build())) {
      checkLengths(suite, model);
      Map<String, LanguageModel> contenders = contenders(model);
      // The first answers of a process wait for the compiler; they would say nothing of the engine.
      contenders.values().forEach(one -> RecallDemo.run(one, suite, tokens.getFirst()));
      if (!common.json()) {
        table.printHead();
      }
      for (int length : tokens) {
        for (Map.Entry<String, LanguageModel> contender : contenders.entrySet()) {
          RecallDemo.Line line = RecallDemo.run(contender.getValue(), suite, length);
          lines.add(json(contender.getKey(), line));
          if (contender.getKey().equals(DENSE)) {
            dense.add(line);
          }
          if (!common.json()) {
            table.print(contender.getKey(), line);
          }
        }
      }
    }
    if (common.json()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("model", MODEL).put("seed", seed);
      json.put("trained_tokens", trainedTokens());
      json.set("lines", lines);
      common.print(terminal, json);
    } else {
      table.printFoot(dense, trainedTokens());
    }
    return 0;
  }

  /** Dense, and every registered technique with its preset, over the weights of {@code model}. */
  private Map<String, LanguageModel> contenders(LanguageModel model) {
    Map<String, LanguageModel> contenders = new LinkedHashMap<>();
    contenders.put(DENSE, model);
    for (String name : Techniques.load().summaries().keySet()) {
      preset(name)
          .ifPresentOrElse(
              config -> {
                try {
                  contenders.put(name, model.withTechniques(config.techniques()));
                } catch (IllegalArgumentException e) {
                  terminal.note("%s is left out: %s", name, e.getMessage());
                }
              },
              () -> terminal.note("%s is left out: the demo has no parameters for it", name));
    }
    return contenders;
  }

  /** Parameters that suit texts of {@code reference:recall}. */
  static Optional<RunConfig> preset(String technique) {
    String name = "demo/" + technique + ".yaml";
    try (InputStream in = DemoCommand.class.getResourceAsStream(name)) {
      return in == null
          ? Optional.empty()
          : Optional.of(
              RunConfig.parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkLengths(RecallSuite suite, LanguageModel model) {
    for (int length : tokens) {
      if (length > model.maxTokens()) {
        throw new ParameterException(
            spec.commandLine(),
            "--tokens must be at most %d, got %d".formatted(model.maxTokens(), length));
      }
      try {
        suite.task(length);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), "--tokens: " + e.getMessage(), e);
      }
    }
  }

  private static int trainedTokens() {
    return ReferenceRecipe.named("recall").trainedTokens();
  }

  private static ObjectNode json(String method, RecallDemo.Line line) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("tokens", line.tokens())
        .put("method", method)
        .put("question", DemoTable.question(line))
        .put("expected", line.expected())
        .put("answer", line.answer())
        .put("right", line.right())
        .put("right_of_all", line.score().successes())
        .put("questions", line.score().n())
        .put("ttft_ms", rounded(line.ttftMs()))
        .put("tokens_per_second", rounded(line.tokensPerSecond()))
        .put("attention_flops", line.attentionFlops())
        .put("dense_attention_flops", line.denseAttentionFlops())
        .put("kv_bytes_read", line.kvBytesRead())
        .put("dense_kv_bytes_read", line.denseKvBytesRead());
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.3f", value));
  }
}
