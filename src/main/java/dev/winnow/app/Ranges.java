package dev.winnow.app;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Reports option values that the engine's builders refuse as wrong usage. */
final class Ranges {
  private static final Pattern NAME = Pattern.compile("^[a-z][a-z_]*");

  private Ranges() {}

  /** What {@code builder} builds; its complaints name the option as it is typed. */
  static <T> T check(CommandLine command, Supplier<T> builder) {
    try {
      return builder.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, asTyped(command, e.getMessage()), e);
    }
  }

  /** {@code top_k must be ...} as {@code --top-k must be ...}. */
  private static String asTyped(CommandLine command, String message) {
    Matcher matcher = NAME.matcher(message);
    if (!matcher.find()) {
      return message;
    }
    String option =
        switch (matcher.group()) {
          case "top_logprobs" -> "--logprobs";
          case "stop_strings" -> "--stop";
          case "prefill_chunk" ->
              command.getCommandSpec().findOption("--chunk") == null
                  ? "--prefill-chunk"
                  : "--chunk";
          default -> "--" + matcher.group().replace('_', '-');
        };
    return option + message.substring(matcher.end());
  }
}
