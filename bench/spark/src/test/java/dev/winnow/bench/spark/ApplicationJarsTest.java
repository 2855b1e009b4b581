package dev.winnow.bench.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What executors on other machines get, and whether a model can be loaded from it. */
class ApplicationJarsTest {
  @TempDir Path folder;

  @Test
  void jarsAreSentButForThoseOfSparkAndThoseThatAreNotThere() throws IOException {
    Path ours = Files.createFile(folder.resolve("winnow-engine-1.jar"));
    Path theirs = Files.createFile(folder.resolve("spark-core_2.13-4.2.0.jar"));
    Path absent = folder.resolve("absent.jar");

    assertThat(ApplicationJars.find(join(ours, theirs, absent, Path.of(""), ours)))
        .containsExactly(ours.toString());
  }

  @Test
  void foldersOfClassesArePacked() throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    Files.createDirectories(classes.resolve("a/b"));
    Files.writeString(classes.resolve("a/b/C.class"), "bytes");

    List<String> jars = ApplicationJars.find(join(classes));

    assertThat(jars).hasSize(1);
    try (JarFile jar = new JarFile(jars.getFirst())) {
      assertThat(jar.getInputStream(jar.getJarEntry("a/b/C.class"))).hasContent("bytes");
    }
  }

  @Test
  @Timeout(120)
  void aModelLoadsThroughAClassLoaderOfItsOwn()
      throws IOException, InterruptedException, URISyntaxException {
    Path tests =
        Path.of(
            LoadsInAClassLoader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path log = folder.resolve("log");
    // In a process of its own, since a native library is loaded by one class loader alone.
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                tests.toString(),
                LoadsInAClassLoader.class.getName(),
                System.getProperty("java.class.path"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();

    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }

  private static String join(Path... entries) {
    return String.join(File.pathSeparator, List.of(entries).stream().map(Path::toString).toList());
  }
}
