package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.cache.CapacityException;
import dev.winnow.engine.diffusion.DiffusionConfig;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.engine.testing.SkipLayers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Masked diffusion through the model's own interface. */
class DiffusionTest {
  private static final int MASK = FakeCausalLm.VOCAB - 1;
  private static final Prompt PROMPT = Prompt.of(2, 7, 1, 8, 2);

  private static LanguageModel open(EngineOptions options, Integer... eos) {
    return Models.open(FakeCausalLm.maskedDiffusion(100, List.of(eos)), options);
  }

  private static DiffusionConfig config(int genLength, int blockLength, int steps) {
    return DiffusionConfig.builder()
        .genLength(genLength)
        .blockLength(blockLength)
        .steps(steps)
        .build();
  }

  private static List<int[]> passes(LanguageModel model, DiffusionConfig config) {
    List<int[]> passes = new ArrayList<>();
    model.diffuse(PROMPT, config, (pass, ids) -> passes.add(ids), new CancellationToken());
    return passes;
  }

  private static int masks(int[] ids, int from, int to) {
    int masks = 0;
    for (int i = from; i < to; i++) {
      masks += ids[i] == MASK ? 1 : 0;
    }
    return masks;
  }

  @Test
  void blocks_are_filled_from_left_to_right_and_what_is_kept_never_changes() {
    try (LanguageModel model = open(Models.options())) {
      List<int[]> passes = passes(model, config(10, 5, 6));

      assertThat(passes).hasSize(6);
      int[] left = {3, 1, 0, 0, 0, 0};
      int[] right = {5, 5, 5, 3, 1, 0};
      for (int pass = 0; pass < 6; pass++) {
        assertThat(masks(passes.get(pass), 0, 5)).isEqualTo(left[pass]);
        assertThat(masks(passes.get(pass), 5, 10)).isEqualTo(right[pass]);
        for (int i = 0; pass > 0 && i < 10; i++) {
          if (passes.get(pass - 1)[i] != MASK) {
            assertThat(passes.get(pass)[i]).isEqualTo(passes.get(pass - 1)[i]);
          }
        }
      }
    }
  }

  @Test
  void a_step_for_every_token_keeps_the_same_whether_asked_for_or_more() {
    try (LanguageModel model = open(Models.options())) {
      assertThat(passes(model, config(6, 6, 20)))
          .containsExactlyElementsOf(passes(model, config(6, 6, 6)));
    }
  }

  @Test
  void the_work_of_every_pass_is_counted() {
    try (LanguageModel model = open(Models.options())) {
      GenerationResult result = model.diffuse(PROMPT, config(7, 7, 3));

      // As in LedgerTest: 3840 operations a row and layer, 1952 a row of the head, which sees the
      // response alone. Twelve tokens see twelve each, four heads, 16 operations and 32 bytes a
      // pair, in each of three passes.
      long pairs = 3 * 4 * 12 * 12;
      assertThat(result.ledger().layers())
          .containsOnly(new LayerLedger(36, 36, 0, pairs, pairs, 32 * pairs, 32 * pairs, 0, 0))
          .hasSize(2);
      assertThat(result.ledger().flops())
          .isEqualTo(result.ledger().denseFlops())
          .isEqualTo(2 * (36 * 3840 + 16 * pairs) + 3 * 7 * 1952);
      assertThat(result.usage()).isEqualTo(new Usage(5, 7));
      assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
      assertThat(result.metrics().ttftMs()).isPositive();
    }
  }

  @Test
  void a_skipped_layer_is_counted_as_saved() {
    SkipLayers skip = new SkipLayers(List.of(1));
    try (LanguageModel model = open(Models.options().withTechniques(List.of(skip)))) {
      GenerationResult result = model.diffuse(PROMPT, config(7, 7, 3));

      long pairs = 3 * 4 * 12 * 12;
      assertThat(result.ledger().layers().get(1))
          .isEqualTo(new LayerLedger(0, 36, 0, 0, pairs, 0, 32 * pairs, 0, 0));
    }
  }

  @Test
  void the_same_seed_draws_the_same_tokens() {
    try (LanguageModel model = open(Models.options())) {
      DiffusionConfig.Builder hot = DiffusionConfig.builder().genLength(12).temperature(2);
      List<Integer> once = model.diffuse(PROMPT, hot.seed(5).build()).generatedIds();

      assertThat(model.diffuse(PROMPT, hot.seed(5).build()).generatedIds()).isEqualTo(once);
      assertThat(model.diffuse(PROMPT, hot.seed(6).build()).generatedIds()).isNotEqualTo(once);
    }
  }

  @Test
  void an_end_of_sequence_ends_the_response_and_spares_the_blocks_behind_it() {
    List<Integer> whole;
    try (LanguageModel model = open(Models.options())) {
      whole = model.diffuse(PROMPT, config(12, 4, 12)).generatedIds();
    }
    int eos = whole.get(2);
    int first = whole.indexOf(eos);
    try (LanguageModel model = open(Models.options(), eos)) {
      List<int[]> passes = new ArrayList<>();
      GenerationResult result =
          model.diffuse(
              PROMPT, config(12, 4, 12), (pass, ids) -> passes.add(ids), new CancellationToken());

      assertThat(result.finishReason()).isEqualTo(FinishReason.EOS);
      assertThat(result.generatedIds()).isEqualTo(whole.subList(0, first + 1));
      assertThat(result.text()).hasSize(first);
      assertThat(passes).hasSize(4);
      assertThat(
              model
                  .diffuse(
                      PROMPT,
                      DiffusionConfig.builder().genLength(12).blockLength(4).eosTokenIds().build())
                  .generatedIds())
          .isEqualTo(whole);
    }
  }

  @Test
  void a_cancelled_generation_gives_what_comes_before_the_first_gap() {
    try (LanguageModel model = open(Models.options())) {
      CancellationToken cancellation = new CancellationToken();
      List<int[]> passes = new ArrayList<>();
      GenerationResult result =
          model.diffuse(
              PROMPT,
              config(12, 4, 12),
              (pass, ids) -> {
                passes.add(ids);
                if (pass == 6) {
                  cancellation.cancel();
                }
              },
              cancellation);

      assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(passes).hasSize(6);
      assertThat(result.generatedIds()).hasSizeBetween(4, 6).doesNotContain(MASK);
    }
  }

  @Test
  void a_canvas_longer_than_a_prefill_chunk_goes_through_the_model_as_a_whole() {
    try (LanguageModel small = open(Models.options().withPrefillChunk(2));
        LanguageModel large = open(Models.options())) {
      assertThat(small.diffuse(PROMPT, config(9, 9, 9)).generatedIds())
          .isEqualTo(large.diffuse(PROMPT, config(9, 9, 9)).generatedIds());
    }
  }

  @Test
  void each_way_to_generate_names_the_other_where_it_cannot_be_used() {
    try (LanguageModel diffusion = open(Models.options());
        LanguageModel causal = Models.open(Models.options())) {
      assertThat(diffusion.isMaskedDiffusion()).isTrue();
      assertThatThrownBy(() -> diffusion.generate("AB"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("masked diffusion")
          .hasMessageContaining("use diffuse with a DiffusionConfig");
      assertThatThrownBy(diffusion::openSession).hasMessageContaining("use diffuse");
      assertThat(causal.isMaskedDiffusion()).isFalse();
      assertThatThrownBy(() -> causal.diffuse(PROMPT, config(4, 4, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("use generate with a GenerationConfig");
    }
  }

  @Test
  void prompts_that_cannot_be_continued_are_refused() {
    try (LanguageModel model = open(Models.options())) {
      assertThatThrownBy(() -> model.diffuse(Prompt.of(3, MASK, 4), config(4, 4, 4)))
          .hasMessageContaining("must not hold the mask token 60, got it at index 1");
      assertThatThrownBy(() -> model.diffuse(Prompt.of(3, 61), config(4, 4, 4)))
          .hasMessageContaining("[0, 61), got 61 at index 1");
      assertThatThrownBy(() -> model.diffuse(PROMPT, config(96, 96, 96)))
          .isInstanceOf(CapacityException.class)
          .hasMessageContaining("101");
    }
  }

  @Test
  void techniques_for_causal_attention_are_refused_by_name() {
    EngineOptions options =
        Models.options().withTechniques(List.of(SinksAndWindow.of(0, 1, 3, KeyForm.ROTATED)));

    assertThatThrownBy(() -> open(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PLAN")
        .hasMessageContaining("masked diffusion");
  }
}
