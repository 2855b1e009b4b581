package dev.winnow.app.examples;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.models.hub.ModelRequest;
import java.util.stream.Stream;

/** Prints text as it comes; closing the stream early ends the generation. */
public final class StreamExample {
  private StreamExample() {}

  /** Takes MODEL and a prompt as its arguments. */
  public static void main(String[] args) {
    try (LanguageModel model =
        LanguageModel.load(args[0], ModelOptions.defaults(), ModelRequest.fromEnvironment())) {
      GenerationConfig config =
          GenerationConfig.builder()
              .maxNewTokens(40)
              .doSample(true)
              .temperature(0.8)
              .topP(0.95)
              .seed(1)
              .stopStrings("\n\n")
              .build();

      try (Stream<String> text = model.streamText(Prompt.of(args[1]), config)) {
        text.forEach(System.out::print);
      }
      System.out.println();
    }
  }
}
