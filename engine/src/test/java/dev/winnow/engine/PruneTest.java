package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenFlow;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tokens that a technique drops behind a layer are gone for the layers behind, and only there. */
class PruneTest {
  private static final int[] PROMPT = Models.prompt(9, 3);
  private static final int[] KEPT = {0, 2, 3, 7, 8};
  private static final GenerationConfig FOUR = GenerationConfig.builder().maxNewTokens(4).build();

  /** Drops rows of the prompt behind layer 0. */
  private record PruneBehindFirst(Function<TokenFlow, int[]> choice) implements Technique {
    @Override
    public String name() {
      return "test_prune";
    }

    @Override
    public List<Claim> claims(int layers) {
      return Claim.on(Hook.PRUNE, 0);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return new TechniqueSession() {
        @Override
        public int[] prune(TokenFlow flow) {
          return flow.phase() == Phase.PREFILL ? choice.apply(flow) : flow.all();
        }

        @Override
        public TechniqueSession fork() {
          return this;
        }
      };
    }
  }

  private static LanguageModel model(Function<TokenFlow, int[]> choice) {
    return Models.open(Models.options().withTechniques(List.of(new PruneBehindFirst(choice))));
  }

  @Test
  void keepingEveryRowIsDense() {
    try (LanguageModel pruned = model(TokenFlow::all);
        LanguageModel dense = Models.open(Models.options())) {
      GenerationResult expected = dense.generate(Prompt.of(PROMPT), FOUR);
      GenerationResult result = pruned.generate(Prompt.of(PROMPT), FOUR);
      assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
      assertThat(result.ledger()).isEqualTo(expected.ledger());
    }
  }

  @Test
  void logitsEqualThoseOfALoopThatDropsTheRowsByHand() {
    GenerationConfig one = GenerationConfig.builder().maxNewTokens(1).topLogProbs(5).build();
    try (LanguageModel pruned = model(flow -> KEPT)) {
      GenerationResult result = pruned.generate(Prompt.of(PROMPT), one);
      float[] logits = byHand();
      int best = 0;
      double sum = 0;
      for (int i = 0; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
        sum += Math.exp(logits[i]);
      }
      assertThat(result.generatedIds()).containsExactly(best);
      assertThat(result.logProbs().get(0).chosen())
          .isCloseTo(logits[best] - Math.log(sum), within(1e-5));
    }
  }

  /** Layer 0 over all rows, layer 1 over those kept at positions without gaps. */
  private static float[] byHand() {
    PlainKernels kernels = new PlainKernels();
    try (FakeCausalLm model = new FakeCausalLm(1000);
        Workspace rows = model.newWorkspace(PROMPT.length)) {
      model.embed(rows, PROMPT);
      for (int layer = 0; layer < FakeCausalLm.LAYERS; layer++) {
        AttentionSpec spec = model.attention(layer);
        KvPages cache = new KvPages(spec.kvHeads(), spec.headDim(), DType.F32);
        try (KvPages.Page page = cache.allocatePage()) {
          cache.addPage(page);
          model.attentionInput(rows, layer);
          kernels.rotate(rows.queries(), spec.rotary(), 0);
          kernels.rotate(rows.keys(), spec.rotary(), 0);
          kernels.appendKv(rows.keys(), rows.values(), cache);
          kernels.attend(
              AttentionPlan.dense(rows.queries(), 0, 0, spec.scale()),
              cache,
              AttentionOutput.of(rows.attended()));
          model.attentionOutput(rows, layer);
        }
        if (layer == 0) {
          rows.keepRows(KEPT);
        }
      }
      return model.logits(rows, KEPT.length - 1, 1).toFloats(0, FakeCausalLm.VOCAB);
    }
  }

  @Test
  void theLedgerCountsWhatRanAgainstAllTokens() {
    try (LanguageModel pruned = model(flow -> KEPT)) {
      List<LayerLedger> layers = pruned.generate(Prompt.of(PROMPT), FOUR).ledger().layers();
      // Nine prompt and three generated tokens are computed; four of the nine are dropped.
      assertThat(layers.get(0).rows()).isEqualTo(12);
      assertThat(layers.get(1).rows()).isEqualTo(8);
      assertThat(layers.get(1).denseRows()).isEqualTo(12);
      assertThat(layers.get(1).pairs()).isEqualTo(36 * FakeCausalLm.HEADS);
      assertThat(layers.get(1).densePairs()).isEqualTo(78 * FakeCausalLm.HEADS);
    }
  }

  @Test
  void aForkOfAPrunedSessionGoesOnAsIfComputedAnew() {
    try (LanguageModel pruned = model(flow -> evenRowsAndTheLast(flow.rows()));
        Session session = pruned.openSession().append(PROMPT)) {
      session.append(1);
      List<Integer> first;
      try (Session fork = session.fork()) {
        first = fork.generate(FOUR).generatedIds();
      }
      try (Session fork = session.fork()) {
        assertThat(fork.generate(FOUR).generatedIds()).isEqualTo(first);
      }
      assertThat(session.generate(FOUR).generatedIds()).isEqualTo(first);
    }
  }

  private static int[] evenRowsAndTheLast(int rows) {
    return IntStream.range(0, rows).filter(row -> row % 2 == 0 || row == rows - 1).toArray();
  }

  @Test
  void droppingTheLastTokenIsRefusedAndTheSessionLivesOn() {
    int[] bad = Arrays.copyOf(KEPT, KEPT.length - 1);
    boolean[] broken = {true};
    try (LanguageModel pruned = model(flow -> broken[0] ? bad : flow.all());
        Session session = pruned.openSession()) {
      assertThatThrownBy(() -> pruned.generate(Prompt.of(PROMPT), FOUR))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("after layer 0 dropped the last token");
      broken[0] = false;
      assertThat(session.append(PROMPT).generate(FOUR).generatedIds()).hasSize(4);
    }
  }
}
