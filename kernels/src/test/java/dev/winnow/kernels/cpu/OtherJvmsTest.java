package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@link SmallParity} in JVMs that differ from this one. */
class OtherJvmsTest {

  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void narrowerVectorsGiveTheSameAnswers(int bytes) throws Exception {
    String output = java("--add-modules=jdk.incubator.vector", "-XX:MaxVectorSize=" + bytes);
    assertThat(output).contains("agrees");
    assertThat(output).contains(Math.min(Lanes.bits(), 8 * bytes) + "-bit vectors");
  }

  @Test
  void withoutTheVectorModuleTheMessageNamesTheFlag() throws Exception {
    assertThat(java("-Dnothing=1"))
        .contains("no vectors")
        .contains("IllegalStateException")
        .contains("--add-modules jdk.incubator.vector")
        .doesNotContain("NoClassDefFoundError");
  }

  @Test
  void describeNamesWidthAndThreads() {
    try (CpuKernels kernels = new CpuKernels(3)) {
      assertThat(kernels.describe()).matches("cpu \\(\\d+-bit vectors, 3 threads\\)");
    }
  }

  @Test
  void threadsMustBePositiveAndSane() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CpuKernels(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new CpuKernels(1025));
  }

  private static String java(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(
        List.of(
            "-Xmx256m", "-cp", System.getProperty("java.class.path"), SmallParity.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
