package dev.winnow.bench.grid;

import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.torch.TorchRuntime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where numbers were measured.
 *
 * @param cpu the processor's name, or its architecture where the system does not say
 * @param cores cores this process may use
 * @param jvm name and version
 * @param libtorch version
 * @param vectors width of the kernels' vectors
 * @param readBandwidth bytes per second that the threads of the run read from memory
 * @param loadAverage processes that wanted a core in the minute before; negative if not known
 */
public record BenchEnvironment(
    String cpu,
    int cores,
    String jvm,
    String libtorch,
    String vectors,
    double readBandwidth,
    double loadAverage) {

  /**
   * Looks around and measures the memory, which takes a few seconds.
   *
   * @throws InterruptedException if interrupted
   */
  public static BenchEnvironment measure(int threads) throws InterruptedException {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return new BenchEnvironment(
        cpuName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        TorchRuntime.version(),
        CpuKernels.describeVectors(),
        MemoryBandwidth.measure(threads),
        load);
  }

  /** The processor's name, or its architecture where the system does not say. */
  public static String cpuName() {
    Path file = Path.of("/proc/cpuinfo");
    if (Files.isReadable(file)) {
      try (Stream<String> lines = Files.lines(file)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
      } catch (IOException e) {
        // Only a label: the architecture will do.
        return System.getProperty("os.arch");
      }
    }
    return System.getProperty("os.arch");
  }
}
