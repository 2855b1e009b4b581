package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.kernels.DType;
import dev.winnow.models.testing.GoldenFolders;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The ledger of real checkpoints against totals worked out by hand from their {@code config.json}.
 *
 * <p>Each reads a prompt of 20 tokens in chunks of 7, 7 and 6 and generates 5, of which the last is
 * not computed: 24 rows go through every layer and the head is needed 5 times. All have a hidden
 * size of 64, an intermediate size of 160, 4 query heads, 2 KV heads and 320 tokens. An operation
 * is a multiplication or an addition, so a multiply-add is two.
 *
 * <p>Where a query sees everything up to itself, 1 + 2 + ... + 24 = 300 keys are seen by each of 4
 * heads: 1,200 pairs. A chunk reads the keys up to its end once for both query heads of a group, 7
 * + 14 + 20, and the decoded tokens read 21 + 22 + 23 + 24: 131 keys in all.
 */
class LedgerTotalsTest {
  private static final int[] PROMPT = IntStream.range(0, 20).map(i -> 3 + 7 * i).toArray();

  private static Ledger ledger(String checkpoint, DType kv) {
    ModelOptions options = ModelOptions.builder().prefillChunk(7).kv(kv).threads(2).build();
    GenerationConfig five = GenerationConfig.builder().maxNewTokens(5).eosTokenIds().build();
    try (LanguageModel model = LanguageModel.load(GoldenFolders.folder(checkpoint), options)) {
      Ledger ledger = model.generate(Prompt.of(PROMPT), five).ledger();
      assertThat(ledger.denseFlops()).as("dense").isEqualTo(ledger.flops());
      assertThat(ledger.denseKvBytesRead()).as("dense").isEqualTo(ledger.kvBytesRead());
      return ledger;
    }
  }

  @Test
  void llamaWithGroupedQueries() {
    // 3 layers, heads of 16 elements, a head of its own.
    //   q       64 * 64  =  4,096
    //   k, v    2 * 64 * 32 = 4,096
    //   o       64 * 64  =  4,096
    //   MLP     3 * 64 * 160 = 30,720
    //   a row   43,008 multiply-adds, 86,016 operations in a layer
    // matrices    24 rows * 3 layers * 86,016        = 6,193,152
    // head        5 * 2 * 64 * 320                   =   204,800
    // attention   3 * 1,200 pairs * 2 * 2 * 16       =   230,400
    //                                            sum   6,628,352
    Ledger ledger = ledger("llama-gqa", DType.F16);
    assertThat(ledger.flops()).isEqualTo(6_628_352);
    // Key and value, 2 KV heads, 16 elements of 2 bytes: 128 bytes a key; 131 * 128 = 16,768.
    assertThat(ledger.layers())
        .hasSize(3)
        .containsOnly(new LayerLedger(24, 24, 0, 1200, 1200, 16_768, 16_768, 0, 0));
    assertThat(ledger.kvBytesRead()).isEqualTo(50_304);
  }

  @Test
  void qwen3WithHeadNormsWideHeadsAndATiedHead() {
    // 3 layers, heads of 24 elements, so that queries are 96 wide; norms are not counted, and a
    // head that shares the embedding table is a product like any other.
    //   q       64 * 96  =  6,144
    //   k, v    2 * 64 * 48 = 6,144
    //   o       96 * 64  =  6,144
    //   MLP     3 * 64 * 160 = 30,720
    //   a row   49,152 multiply-adds, 98,304 operations in a layer
    // matrices    24 rows * 3 layers * 98,304        = 7,077,888
    // head        5 * 2 * 64 * 320                   =   204,800
    // attention   3 * 1,200 pairs * 2 * 2 * 24       =   345,600
    //                                            sum   7,628,288
    Ledger ledger = ledger("qwen3", DType.F32);
    assertThat(ledger.flops()).isEqualTo(7_628_288);
    // Key and value, 2 KV heads, 24 elements of 4 bytes: 384 bytes a key; 131 * 384 = 50,304.
    assertThat(ledger.layers())
        .hasSize(3)
        .containsOnly(new LayerLedger(24, 24, 0, 1200, 1200, 50_304, 50_304, 0, 0));
    assertThat(ledger.kvBytesRead()).isEqualTo(150_912);
  }

  @Test
  void gemma3WithWindowsOfSixteen() {
    // 7 layers of which the sixth alone sees everything, heads of 32 elements, a tied head.
    //   q       64 * 128 =  8,192
    //   k, v    2 * 64 * 64 = 8,192
    //   o       128 * 64 =  8,192
    //   MLP     3 * 64 * 160 = 30,720
    //   a row   55,296 multiply-adds, 110,592 operations in a layer
    // With a window, row t of 24 sees min(t, 16) keys: 136 up to the 16th and 8 * 16 = 128 after
    // it, 264 for each of 4 heads: 1,056 pairs.
    // matrices    24 rows * 7 layers * 110,592       = 18,579,456
    // head        5 * 2 * 64 * 320                   =    204,800
    // windows     6 * 1,056 pairs * 2 * 2 * 32       =    811,008
    // everything  1,200 pairs * 2 * 2 * 32           =    153,600
    //                                            sum   19,748,864
    Ledger ledger = ledger("gemma3", DType.BF16);
    assertThat(ledger.flops()).isEqualTo(19_748_864);
    // Key and value, 2 KV heads, 32 elements of 2 bytes: 256 bytes a key. No chunk's first row is
    // beyond the window, so chunks read 7 + 14 + 20 keys here too; decoded tokens 4 * 16: 105 in
    // all, 26,880 bytes, and 131 * 256 = 33,536 where everything is seen.
    for (int layer = 0; layer < 7; layer++) {
      assertThat(ledger.layers().get(layer))
          .isEqualTo(
              layer == 5
                  ? new LayerLedger(24, 24, 0, 1200, 1200, 33_536, 33_536, 0, 0)
                  : new LayerLedger(24, 24, 0, 1056, 1056, 26_880, 26_880, 0, 0));
    }
    assertThat(ledger.kvBytesRead()).isEqualTo(6 * 26_880 + 33_536).isEqualTo(194_816);
  }

  @Test
  void phi3WithFusedProjections() {
    // The shapes of llamaWithGroupedQueries: one product for q, k, v and one for gate and up.
    assertThat(ledger("phi3", DType.F16).flops()).isEqualTo(6_628_352);
  }
}
