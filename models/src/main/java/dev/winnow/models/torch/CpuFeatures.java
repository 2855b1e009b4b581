package dev.winnow.models.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the processor can do beyond the Java platform's knowledge. */
final class CpuFeatures {
  private CpuFeatures() {}

  /**
   * Whether int8 products are summed in 32 bits (VNNI). Without it the int8 GEMM saturates 16-bit
   * sums, so activations have to be kept to 7 bits; unknown processors count as without.
   */
  static boolean hasVnni() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .filter(flags -> flags.contains("avx512_vnni") || flags.contains("avx_vnni"))
          .isPresent();
    } catch (IOException | java.io.UncheckedIOException e) {
      return false; // not Linux
    }
  }
}
