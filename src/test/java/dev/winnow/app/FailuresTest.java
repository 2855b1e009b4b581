package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailuresTest {

  @Test
  void aLargerHeapThanTheOneThatRanOutIsProposed() {
    long heapMiB = Runtime.getRuntime().maxMemory() >> 20;
    assertThat(Failures.describe(new OutOfMemoryError("Java heap space")))
        .contains("heap of %d MiB".formatted(heapMiB), "-Xmx%dm".formatted(2 * heapMiB));
  }

  @Test
  void whatHasNoMessageIsNamed() {
    assertThat(Failures.describe(new ArithmeticException())).startsWith("ArithmeticException");
  }
}
