package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With the one program that every machine running this has: java. */
class ProcessRunnerTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @Test
  void outputAndStatusArePassedOn() throws Exception {
    List<String> lines = new ArrayList<>();

    int status =
        new ProcessRunner().run(List.of(JAVA, "--version"), Duration.ofMinutes(1), lines::add);

    assertThat(status).isZero();
    assertThat(lines).anyMatch(l -> l.contains("Runtime Environment"));
    assertThat(new ProcessRunner().run(List.of(JAVA, "NoClass"), Duration.ofMinutes(1), lines::add))
        .isEqualTo(1);
  }

  @Test
  void aProcessThatTakesTooLongIsStopped() {
    assertThatThrownBy(
            () -> new ProcessRunner().run(List.of(JAVA, "--version"), Duration.ZERO, line -> {}))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("did not end within 0 s");
  }

  @Test
  void aProgramThatDoesNotExistIsAnError() {
    assertThatThrownBy(
            () ->
                new ProcessRunner()
                    .run(List.of("no-such-program-anywhere"), Duration.ofSeconds(9), line -> {}))
        .isInstanceOf(IOException.class);
  }
}
