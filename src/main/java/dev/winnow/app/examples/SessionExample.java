package dev.winnow.app.examples;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Session;
import java.nio.file.Path;

/** Reads a long text once and continues it in several ways. */
public final class SessionExample {
  private SessionExample() {}

  /** Takes the path of a checkpoint, a text, and the questions about it as its arguments. */
  public static void main(String[] args) {
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]), ModelOptions.defaults());
        Session text = model.openSession()) {
      text.append(args[1]);
      GenerationConfig config = GenerationConfig.builder().maxNewTokens(32).build();

      for (int i = 2; i < args.length; i++) {
        try (Session question = text.fork()) {
          GenerationResult result = question.append(args[i]).generate(config);
          System.out.println(result.text().strip());
        }
      }
    }
  }
}
