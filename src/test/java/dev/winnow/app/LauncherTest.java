package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code winnow} with a Maven and a JDK that only say that they were called. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
  private static final Path SCRIPT = Path.of("../winnow").toAbsolutePath().normalize();

  @TempDir Path temp;
  private Path project;
  private Path tools;

  @BeforeEach
  void copyProject() throws IOException {
    project = Files.createDirectories(temp.resolve("a project"));
    Files.copy(SCRIPT, project.resolve("winnow"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String module : List.of("kernels", "models", "engine", "bench")) {
      Files.createDirectories(project.resolve(module).resolve("src/main/java"));
      Files.writeString(project.resolve(module).resolve("pom.xml"), "");
    }
    Files.createDirectories(project.resolve("src/main/java"));
    Files.writeString(project.resolve("src/pom.xml"), "");
    Files.writeString(project.resolve("pom.xml"), "");
    tools = Files.createDirectories(temp.resolve("tools"));
    executable(
        tools.resolve("mvn"),
        """
        [ -e fail ] && { echo '[ERROR] it does not compile'; exit 1; }
        echo built >> builds
        mkdir -p src/target
        : > src/target/winnow-app-1.jar
        printf 'dependency.jar' > src/target/runtime-classpath
        """);
    jdk(temp.resolve("jdk"), "25.0.1");
  }

  @Test
  void the_first_start_builds_and_the_second_does_not() throws Exception {
    assertThat(start("--help").err()).contains("building");
    assertThat(start("--help").err()).doesNotContain("building");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void a_change_is_built() throws Exception {
    start("--help");
    Path source = Files.writeString(project.resolve("kernels/src/main/java/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    start("--help");

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void java_gets_its_flags_and_the_arguments_as_they_are() throws Exception {
    Result result = start("generate", "--prompt", "two  words *", "");

    assertThat(result.code()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines)
        .contains("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")
        .contains(project.resolve("src/target/winnow-app-1.jar") + ":dependency.jar");
    assertThat(lines.subList(lines.indexOf("dev.winnow.app.Main") + 1, lines.size()))
        .containsExactly("generate", "--prompt", "two  words *", "");
  }

  @Test
  void the_exit_code_is_that_of_java() throws Exception {
    assertThat(start("generate", "exit-3").code()).isEqualTo(3);
    assertThat(start("info", "exit-3").code()).isEqualTo(3);
  }

  @Test
  void it_works_through_a_link_from_another_folder() throws Exception {
    Path link = Files.createSymbolicLink(tools.resolve("w"), project.resolve("winnow"));
    Path linkToLink = Files.createSymbolicLink(temp.resolve("w2"), Path.of("tools/w"));

    assertThat(start(Map.of(), link, "--help").code()).isZero();
    assertThat(start(Map.of(), linkToLink, "--help").code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void a_jdk_that_is_too_old_is_passed_over() throws Exception {
    Path old = jdk(temp.resolve("old"), "17.0.2");
    String path = temp.resolve("jdk/bin") + ":" + tools + ":/usr/bin:/bin";

    Result result =
        start(
            Map.of("JAVA_HOME", old.toString(), "PATH", path), project.resolve("winnow"), "--help");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("dev.winnow.app.Main");
  }

  @Test
  void a_build_that_fails_is_reported_and_tried_again() throws Exception {
    Files.createFile(project.resolve("fail"));

    Result failed = start("--help");
    Files.delete(project.resolve("fail"));

    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("it does not compile", "build.log");
    assertThat(start("--help").code()).isZero();
  }

  @Test
  void two_first_starts_at_once_build_once() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(process(Map.of(), project.resolve("winnow"), List.of("--help")).start());
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }

    assertThat(builds()).isEqualTo(1);
  }

  private int builds() throws IOException {
    try (Stream<String> lines = Files.lines(project.resolve("builds"))) {
      return (int) lines.count();
    }
  }

  private record Result(int code, String out, String err) {}

  private Result start(String... arguments) throws Exception {
    return start(Map.of(), project.resolve("winnow"), arguments);
  }

  private Result start(Map<String, String> environment, Path script, String... arguments)
      throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    Process process =
        process(environment, script, List.of(arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int code = process.waitFor();
    return new Result(
        code,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private ProcessBuilder process(
      Map<String, String> environment, Path script, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("sh", script.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().put("PATH", tools + ":/usr/bin:/bin");
    builder.environment().put("JAVA_HOME", temp.resolve("jdk").toString());
    builder.environment().remove("WINNOW_JAVA_OPTS");
    builder.environment().putAll(environment);
    return builder;
  }

  /** A JDK whose Java prints its arguments, one a line. */
  private static Path jdk(Path folder, String version) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    executable(
        folder.resolve("bin/java"),
        """
        for argument; do
          printf '%s\\n' "$argument"
          [ "$argument" = exit-3 ] && exit 3
        done
        exit 0
        """);
    executable(folder.resolve("bin/javac"), "exit 0\n");
    return folder;
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
