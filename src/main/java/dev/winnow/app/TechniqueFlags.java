package dev.winnow.app;

import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which techniques to run with, and their parameters. */
final class TechniqueFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Run with the techniques of this YAML file, such as configs/token-select.yaml; may be"
              + " repeated: they then work together, in bench each by itself (default: none, exact"
              + " dense attention).")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Override a parameter of --config, as in token_budget=256, or token_select.token_budget=256"
              + " where several techniques have it; may be repeated. 'winnow info' lists them.")
  private List<String> settings = new ArrayList<>();

  private RunConfig config;

  /** What the files and settings say, all together; refused as wrong usage if it is wrong. */
  RunConfig config() {
    if (config == null) {
      config = files.isEmpty() && settings.isEmpty() ? RunConfig.dense() : load(files);
    }
    return config;
  }

  /** Each file by itself, each with the settings; none if there are no files. */
  List<RunConfig> configs() {
    return files.isEmpty() && settings.isEmpty()
        ? List.of()
        : files.isEmpty()
            ? List.of(config())
            : files.stream().map(file -> load(List.of(file))).toList();
  }

  private RunConfig load(List<Path> together) {
    if (together.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), "--set needs --config, whose parameters it overrides");
    }
    try {
      return RunConfig.load(together, settings);
    } catch (ConfigException e) {
      String message = e.getMessage();
      throw new ParameterException(
          command.commandLine(), message.startsWith("set ") ? "--" + message : message, e);
    }
  }
}
