package dev.winnow.models.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

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

  /** The folder of a masked diffusion model, with the canvases of its authors' samplers. */
  public static final String LLADA = "llada-tiny";

  private static final Map<String, Path> COPIES = new ConcurrentHashMap<>();

  private GoldenFolders() {}

  /** The folder called {@code name}; a copy of it where the class path holds a jar. */
  public static Path folder(String name) {
    String resource = "/golden/" + name + "/config.json";
    URL url = GoldenFolders.class.getResource(resource);
    if (url == null) {
      throw new IllegalStateException(resource + " is not on the class path");
    }
    try {
      return url.getProtocol().equals("jar")
          ? COPIES.computeIfAbsent(name, unused -> copy(url))
          : Path.of(url.toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path copy(URL url) {
    try {
      JarURLConnection connection = (JarURLConnection) url.openConnection();
      String prefix = connection.getEntryName().replace("config.json", "");
      Path folder = Files.createTempDirectory("golden");
      folder.toFile().deleteOnExit();
      try (JarFile jar = new JarFile(Path.of(connection.getJarFileURL().toURI()).toFile())) {
        for (JarEntry entry : Collections.list(jar.entries())) {
          if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
            Path file = folder.resolve(entry.getName().substring(prefix.length()));
            file.toFile().deleteOnExit();
            try (InputStream in = jar.getInputStream(entry)) {
              Files.copy(in, file);
            }
          }
        }
      }
      return folder;
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
