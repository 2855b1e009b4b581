package dev.winnow.app;

import picocli.CommandLine.Option;

/** How suites ask after a context. */
final class AskingFlags {
  @Option(
      names = "--decode-question",
      negatable = true,
      description =
          "recall, passkey, needle, threads, ruler: feed questions one token at a time, as generated"
              + " ones are, and only the context as a prompt, so that techniques that leave prompts"
              + " dense work on the question too; --no-decode-question makes the question part of"
              + " the prompt (default: on with --config, off without).")
  private Boolean decodeQuestion;

  /** Whether to decode questions; with techniques, if nobody said. */
  boolean decodeQuestion(EvalSuite.Setting setting, int chunk) {
    boolean techniques = !setting.options(chunk).engine().techniques().isEmpty();
    return decodeQuestion == null ? techniques : decodeQuestion;
  }
}
