package dev.winnow.models.testing;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;

/** Finds the small model folders with expected outputs; see {@code golden/ORIGIN.md}. */
public final class GoldenFolders {
  /** One folder per text architecture. */
  public static final List<String> NAMES =
      List.of(
          "llama-gqa",
          "llama-tied-bf16-sharded",
          "llama3-rope-scaling-f16",
          "llama-yarn",
          "llama-linear-rope",
          "llama-headdim",
          "mistral",
          "mistral-window",
          "qwen2",
          "qwen3",
          "gemma3",
          "phi3");

  private GoldenFolders() {}

  /** The folder called {@code name}. */
  public static Path folder(String name) {
    URL url = GoldenFolders.class.getResource("/golden/" + name + "/config.json");
    if (url == null || !url.getProtocol().equals("file")) {
      throw new IllegalStateException("/golden/" + name + " is not a folder on the class path");
    }
    try {
      return Path.of(url.toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
