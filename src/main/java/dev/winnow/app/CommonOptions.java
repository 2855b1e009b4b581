package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command has: help, {@code --json}, {@code --verbose}, and the look of its help. */
@Command(
    sortOptions = false,
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the work failed: one message on stderr, no JSON on stdout",
      "2:wrong usage: an unknown option, a value out of range, an input file that cannot be read"
    })
final class CommonOptions {
  @Option(
      names = "--json",
      description = "Print one JSON object on stdout; notes and progress stay on stderr.")
  private boolean json;

  @Option(names = "--verbose", description = "Show log messages, and stack traces of failures.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  boolean json() {
    return json;
  }

  boolean verbose() {
    return verbose;
  }

  void print(Terminal terminal, ObjectNode object) {
    terminal.out().println(object);
  }
}
