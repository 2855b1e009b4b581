package dev.winnow.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The checkpoints among Winnow's own resources. They are listed with their SHA-256 hashes, as
 * {@code sha256sum} prints them, in {@code checkpoints.sha256}.
 */
final class ReferenceModels {
  private static final String ROOT = "/dev/winnow/models/reference/";
  private static final String LIST = "checkpoints.sha256";
  private static final int SHORT_HASH = 12;

  /** Hash by file, by model. */
  private final SortedMap<String, SortedMap<String, String>> models;

  private ReferenceModels(SortedMap<String, SortedMap<String, String>> models) {
    this.models = models;
  }

  /** What this build holds. */
  static ReferenceModels builtIn() {
    SortedMap<String, SortedMap<String, String>> models = new TreeMap<>();
    new String(resource(LIST), StandardCharsets.US_ASCII)
        .lines()
        .forEach(
            line -> {
              String[] hashAndPath = line.split("  ", 2);
              String[] modelAndFile = hashAndPath[1].split("/", 2);
              models
                  .computeIfAbsent(modelAndFile[0], name -> new TreeMap<>())
                  .put(modelAndFile[1], hashAndPath[0]);
            });
    return new ReferenceModels(models);
  }

  /** Names in alphabetical order. */
  List<String> names() {
    return List.copyOf(models.keySet());
  }

  /**
   * The folder of a checkpoint below {@code cache}; files that are absent or not as they should be
   * are written.
   *
   * @throws HubException if there is no such checkpoint or the folder cannot be written
   */
  Path unpack(String name, Path cache) {
    SortedMap<String, String> files = models.get(name);
    if (files == null) {
      throw new HubException(
          "there is no reference model '%s'; there is: %s"
              .formatted(FileNames.shown(name), String.join(", ", names())));
    }
    // Another build may hold another model of this name.
    String version = sha256(files.toString().getBytes(StandardCharsets.UTF_8));
    Path folder = cache.resolve("reference").resolve(name + "-" + version.substring(0, SHORT_HASH));
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path target = folder.resolve(file.getKey());
        if (!Files.exists(target) || !sha256(Files.readAllBytes(target)).equals(file.getValue())) {
          write(folder, target, resource(name + "/" + file.getKey()));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new HubException(
          "reference:%s cannot be unpacked into %s: %s; set WINNOW_CACHE to a folder that can be"
                  .formatted(name, folder, e)
              + " written",
          e);
    }
  }

  /** In one move, so that another process never sees a part. */
  private static void write(Path folder, Path target, byte[] content) throws IOException {
    Path part = Files.createTempFile(folder, "unpacking", null);
    try {
      Files.write(part, content);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static byte[] resource(String path) {
    try (InputStream in = ReferenceModels.class.getResourceAsStream(ROOT + path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + ROOT + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
