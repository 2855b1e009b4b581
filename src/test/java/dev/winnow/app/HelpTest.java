package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
  @TempDir Path temp;

  static Set<String> commands() {
    Set<String> names = Main.commandLine(Terminal.ofProcess()).getSubcommands().keySet();
    names.remove("help");
    return names;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void a_command_explains_itself_on_standard_output(String name) {
    Cli.Outcome outcome = Cli.in(temp).run(name, "--help").succeeds();

    assertThat(outcome.out())
        .contains(
            "Usage: winnow " + name, "Options:", "Exit codes:", "Examples:", "  winnow " + name)
        .contains("--json", "--verbose");
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void every_option_is_described_with_its_default(String name) {
    CommandSpec spec =
        Main.commandLine(Terminal.ofProcess()).getSubcommands().get(name).getCommandSpec();

    assertThat(spec.usageMessage().description()).isNotEmpty();
    for (OptionSpec option : spec.options()) {
      String description = String.join(" ", option.description());
      assertThat(description).as(option.longestName()).isNotBlank();
      boolean takesValue = option.typeInfo().getType() != boolean.class;
      boolean hasNone =
          option.required()
              || option.isMultiValue()
              || option.group() != null
              || Set.of("--file", "--text", "--data", "--metric", "--logprobs")
                  .contains(option.longestName());
      if (takesValue && !hasNone) {
        assertThat(description).as(option.longestName()).contains("(default: ");
      }
    }
  }

  @Test
  void the_program_lists_its_commands() {
    String help = Cli.in(temp).run("--help").succeeds().out();

    assertThat(help).contains(commands()).contains("Examples:");
  }

  @Test
  void help_about_a_command_can_be_asked_for_in_both_ways() {
    assertThat(Cli.in(temp).run("help", "pull").succeeds().out())
        .isEqualTo(Cli.in(temp).run("pull", "--help").succeeds().out());
  }

  @Test
  void the_version_is_the_builds() {
    assertThat(Cli.in(temp).run("--version").succeeds().out()).matches("winnow \\d+\\.\\d+\\S*\\R");
  }

  @Test
  void names_of_options_are_the_same_in_all_commands() {
    CommandLine cli = Main.commandLine(Terminal.ofProcess());

    for (String name : commands()) {
      assertThat(cli.getSubcommands().get(name).getCommandSpec().optionsMap().keySet())
          .as(name)
          .allMatch(option -> option.matches("-h|--[a-z][a-z0-9-]*"));
    }
  }
}
