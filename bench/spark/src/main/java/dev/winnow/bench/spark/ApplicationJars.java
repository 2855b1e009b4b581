package dev.winnow.bench.spark;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * This process's class path as jars that executors on other machines fetch from the driver, without
 * the larger ones of Spark itself, which they have.
 */
final class ApplicationJars {
  private static final Pattern SPARKS_OWN =
      Pattern.compile("(spark|hadoop|scala|netty|zstd|snappy|log4j|jersey)-.*");

  private ApplicationJars() {}

  /** Paths of jars; folders of classes are packed into temporary ones. */
  static List<String> find() {
    return find(System.getProperty("java.class.path"));
  }

  static List<String> find(String classPath) {
    Set<String> jars = new LinkedHashSet<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (entry.isEmpty()) {
        continue; // the folder at hand, which nobody means
      }
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.isDirectory(path)) {
        jars.add(pack(path).toString());
      } else if (Files.isRegularFile(path)
          && !SPARKS_OWN.matcher(path.getFileName().toString()).matches()) {
        jars.add(path.toString());
      }
    }
    return List.copyOf(jars);
  }

  private static Path pack(Path folder) {
    try {
      Path jar = Files.createTempFile("winnow-classes-", ".jar");
      jar.toFile().deleteOnExit();
      try (OutputStream out = Files.newOutputStream(jar);
          JarOutputStream entries = new JarOutputStream(out);
          Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
          entries.putNextEntry(new JarEntry(name));
          Files.copy(file, entries);
          entries.closeEntry();
        }
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot pack the classes in " + folder, e);
    }
  }
}
