package dev.winnow.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.Residency;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.testing.Models;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generation from a slower tier gives the very numbers that it gives from memory. */
class SpilledGenerationTest {
  private static final int[] PROMPT = Models.prompt(620, 0);
  private static final GenerationConfig TWENTY =
      GenerationConfig.builder().maxNewTokens(20).topLogProbs(2).build();

  @TempDir private Path folder;

  /** Prompts are dense; generated tokens read the first, the last and every seventh one. */
  private record EverySeventh(Residency residency, KeyForm keyForm, boolean evicts)
      implements Technique {
    @Override
    public String name() {
      return "test_every_seventh";
    }

    @Override
    public List<Claim> claims(int layers) {
      return Claim.range(Hook.PLAN, 0, layers);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return new Reader(false);
    }

    private final class Reader implements TechniqueSession {
      private final boolean[] evicted = new boolean[2];

      Reader(boolean evicted) {
        this.evicted[0] = evicted;
        this.evicted[1] = evicted;
      }

      @Override
      public KeyForm keyForm() {
        return keyForm;
      }

      @Override
      public Residency residency(int layer) {
        return residency;
      }

      @Override
      public int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
        if (!evicts || phase == Phase.PREFILL || evicted[layer]) {
          return null;
        }
        evicted[layer] = true;
        int[] kept = IntStream.range(0, cache.length()).filter(row -> row % 5 != 1).toArray();
        return new int[][] {kept, kept};
      }

      @Override
      public AttentionPlan plan(PlanRequest request) {
        if (request.phase() == Phase.PREFILL) {
          return request.dense();
        }
        int length = request.cache().length();
        int[] some = IntStream.range(0, length).filter(row -> row % 7 == 0).toArray();
        KeyRows rows = KeyRows.Gathered.shared(KeptRows.with(2, some, 9, length));
        KeyRotation rotation =
            keyForm == KeyForm.ROTATED
                ? KeyRotation.AS_STORED
                : new KeyRotation.TruePosition(request.spec().rotary());
        return request.reading(
            List.of(new AttentionPlan.Segment(request.queries(), rows, rotation)));
      }

      @Override
      public TechniqueSession fork() {
        return new Reader(evicted[0]);
      }
    }
  }

  private LanguageModel open(Technique technique) {
    return Models.open(
        Models.options()
            .withPrefillChunk(100)
            .withKvSpillDir(folder)
            .withTechniques(List.of(technique)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, ROTATED, false",
    "0, 256, UNROTATED, false",
    "64, 512, ROTATED, false",
    "300, 100000, UNROTATED, false",
    "0, 256, ROTATED, true",
    "64, 0, ROTATED, true",
  })
  void everyNumberIsTheSame(int recent, int cached, KeyForm keyForm, boolean evicts) {
    Residency residency = new Residency(recent, cached);
    try (LanguageModel inMemory = open(new EverySeventh(Residency.IN_MEMORY, keyForm, evicts));
        LanguageModel spilled = open(new EverySeventh(residency, keyForm, evicts))) {
      GenerationResult expected = inMemory.generate(Prompt.of(PROMPT), TWENTY);
      GenerationResult result = spilled.generate(Prompt.of(PROMPT), TWENTY);
      assertThat(result.generatedIds()).isEqualTo(expected.generatedIds());
      assertThat(result.logProbs()).isEqualTo(expected.logProbs());
      assertThat(result.ledger()).isEqualTo(expected.ledger());
      assertThat(expected.metrics().spilledBytes()).isZero();
      assertThat(result.metrics().spilledBytes()).isPositive();
      assertThat(result.metrics().pagesLoaded() > 0).isEqualTo(cached > 0);
      assertThat(spilled.spilledBytes()).isZero();
      assertThat(spilled.kvBytes()).isZero();
    }
  }

  @Test
  void memoryHoldsTheNewestTokensOnly() {
    EverySeventh technique = new EverySeventh(new Residency(100, 0), KeyForm.ROTATED, false);
    try (LanguageModel model = open(technique);
        Session session = model.openSession().append(PROMPT)) {
      // 619 rows in two layers: two of three pages are old enough.
      assertThat(model.kvBytes()).isEqualTo(model.estimateKvBytes(256));
      assertThat(model.spilledBytes()).isEqualTo(2 * model.estimateKvBytes(256));
      assertThat(session.length()).isEqualTo(620);
    }
  }

  @Test
  void forksAndGenerationsSideBySideDoNotDisturbEachOther() {
    EverySeventh technique = new EverySeventh(new Residency(0, 256), KeyForm.ROTATED, false);
    try (LanguageModel model = open(technique)) {
      List<Integer> expected;
      try (Session alone = model.openSession().append(PROMPT)) {
        expected = alone.generate(TWENTY).generatedIds();
      }
      Session parent = model.openSession().append(PROMPT);
      try (Session one = parent.fork();
          Session two = parent.fork();
          Session other = model.openSession().append(Models.prompt(700, 3))) {
        assertThat(one.generate(TWENTY).generatedIds()).isEqualTo(expected);
        other.generate(TWENTY);
        parent.close();
        assertThat(two.generate(TWENTY).generatedIds()).isEqualTo(expected);
      }
      assertThat(model.kvBytes()).isZero();
      assertThat(model.spilledBytes()).isZero();
    }
  }

  @Test
  void aStepThatFindsNoRoomLeavesTheSessionAsItWas() throws Exception {
    EverySeventh technique = new EverySeventh(new Residency(0, 0), KeyForm.ROTATED, false);
    Path missing = folder.resolve("later");
    try (LanguageModel model =
            Models.open(
                Models.options().withKvSpillDir(missing).withTechniques(List.of(technique)));
        LanguageModel intact = open(technique);
        Session session = model.openSession().append(Models.prompt(200, 1))) {
      assertThatThrownBy(() -> session.append(Models.prompt(100, 2)))
          .isInstanceOf(SpillException.class)
          .hasMessageContaining("kv_spill_dir");
      assertThat(session.length()).isEqualTo(200);
      Files.createDirectory(missing);
      try (Session expected = intact.openSession().append(Models.prompt(200, 1))) {
        assertThat(session.append(Models.prompt(100, 2)).generate(TWENTY).logProbs())
            .isEqualTo(expected.append(Models.prompt(100, 2)).generate(TWENTY).logProbs());
      }
    }
  }
}
