package dev.winnow.engine.technique;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.testing.CountedReads;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.cpu.CpuKernels;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ledger of whole generations against kernels that count what they were asked to read: dense,
 * with sliding windows, and with every registered technique.
 */
class LedgerReadsTest {
  private static final GenerationConfig NINE = GenerationConfig.builder().maxNewTokens(9).build();
  private static final Prompt PROMPT = Prompt.of(Models.prompt(150, 4));

  static Collection<String> techniques() {
    return Techniques.load().summaries().keySet();
  }

  private static Ledger assertCounted(DType kv, int window, List<Technique> techniques) {
    CountedReads counted = new CountedReads(new CpuKernels(2));
    try (LanguageModel model =
        new LanguageModel(
            new FakeCausalLm(1000, window, List.of()),
            counted,
            Optional.empty(),
            GenerationConfig.defaults(),
            Models.options().withKv(kv).withPrefillChunk(64).withTechniques(techniques),
            Duration.ZERO)) {
      Ledger ledger = model.generate(PROMPT, NINE).ledger();
      // Attention over a sample that a technique ran to choose is reading to choose, too.
      assertThat(ledger.kvBytesRead()).isEqualTo(counted.attended() + counted.scored());
      assertThat(sum(ledger, LayerLedger::selectionBytes)).isGreaterThanOrEqualTo(counted.scored());
      assertThat(ledger.flops() - products(ledger))
          .isEqualTo(4L * FakeCausalLm.HEAD_DIM * counted.pairs() + counted.scoringFlops());
      return ledger;
    }
  }

  /** 1,920 weights in a layer, 61 * 16 in the head, as worked out in LedgerTest; nine heads. */
  private static long products(Ledger ledger) {
    return 3840 * sum(ledger, LayerLedger::rows) + 9 * 1952;
  }

  private static long sum(Ledger ledger, ToLongFunction<LayerLedger> count) {
    return ledger.layers().stream().mapToLong(count).sum();
  }

  @Test
  void denseAttention() {
    for (DType kv : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      Ledger ledger = assertCounted(kv, 0, List.of());
      assertThat(ledger.kvBytesRead()).isEqualTo(ledger.denseKvBytesRead());
      // Chunks of 64, 64 and 22 rows, the tile of 64 being the whole chunk, and 8 decoded tokens:
      // 64 + 128 + 150 + (151 + ... + 158 = 1236) keys for each of 2 KV heads and 2 layers.
      assertThat(ledger.kvBytesRead()).isEqualTo(1578L * 2 * 2 * 2 * 4 * kv.bytes());
    }
  }

  @Test
  void slidingWindows() {
    Ledger ledger = assertCounted(DType.F16, 20, List.of());
    assertThat(ledger.kvBytesRead()).isEqualTo(ledger.denseKvBytesRead());
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void techniques(String name) {
    assertCounted(DType.F16, 0, List.of(CompositionTest.technique(name)));
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void theDenseSideIsThatOfADenseRunWhateverChunksATechniqueWants(String name) {
    for (int window : new int[] {0, 40}) {
      Ledger ledger = assertCounted(DType.F16, window, List.of(CompositionTest.technique(name)));
      Ledger dense = assertCounted(DType.F16, window, List.of());
      assertThat(ledger.denseKvBytesRead()).isEqualTo(dense.kvBytesRead());
      assertThat(ledger.denseFlops()).isEqualTo(dense.flops());
    }
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void techniquesOnLayersWithWindows(String name) {
    assertCounted(DType.F32, 40, List.of(CompositionTest.technique(name)));
  }
}
