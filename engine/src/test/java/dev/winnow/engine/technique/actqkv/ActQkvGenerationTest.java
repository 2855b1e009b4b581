package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.cpu.CpuKernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActQkvGenerationTest {
  private static final GenerationConfig TWENTY =
      GenerationConfig.builder().maxNewTokens(20).build();

  private static Technique actQkv(int budget) {
    return actQkv(budget, Memory.ALL, 0);
  }

  private static Technique actQkv(int budget, Memory memory, int cachedBlocks) {
    ActQkvConfig paper = ActQkvConfig.defaults();
    return new ActQkv(
        new ActQkvConfig(
            TokenBudget.tokens(budget),
            4,
            24,
            8,
            2,
            16,
            0,
            paper.probe(),
            paper.statistics(),
            paper.freezeAtDecode(),
            paper.representatives(),
            paper.ranking(),
            paper.allocation(),
            paper.temperature(),
            paper.minShare(),
            paper.maxShare(),
            paper.farPositions(),
            memory,
            cachedBlocks));
  }

  private static Technique infLlm(int budget) {
    return new InfLlm(
        new InfLlmConfig(
            TokenBudget.tokens(budget),
            4,
            24,
            8,
            2,
            16,
            0,
            Representatives.PER_KV_HEAD,
            Memory.ALL,
            0));
  }

  static Stream<Arguments> both() {
    return Stream.of(Arguments.of(actQkv(60)), Arguments.of(infLlm(60)));
  }

  private static LanguageModel open(EngineOptions options, Technique... techniques) {
    return new LanguageModel(
        new FakeCausalLm(1000),
        new CpuKernels(1),
        Optional.empty(),
        GenerationConfig.defaults(),
        options.withTechniques(List.of(techniques)),
        Duration.ZERO);
  }

  private static GenerationResult generate(EngineOptions options, Technique... techniques) {
    try (LanguageModel model = open(options, techniques)) {
      return model.generate(Prompt.of(Models.prompt(270, 0)), TWENTY);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16"})
  void aBudgetThatCoversAllGivesTheDenseTokens(DType kv) {
    EngineOptions options = Models.options().withKv(kv).withPrefillChunk(100);
    GenerationResult dense = generate(options);
    for (Technique technique : List.of(actQkv(290), infLlm(290))) {
      GenerationResult full = generate(options, technique);
      assertThat(full.generatedIds()).isEqualTo(dense.generatedIds());
      assertThat(full.ledger().layers()).allMatch(layer -> layer.sparseRows() == 0);
      assertThat(full.ledger().layers()).allMatch(layer -> layer.pairs() == layer.densePairs());
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void aSmallBudgetReadsLess(Technique technique) {
    EngineOptions options = Models.options().withPrefillChunk(100);
    GenerationResult sparse = generate(options, technique);
    assertThat(sparse.ledger().kvBytesRead()).isLessThan(sparse.ledger().denseKvBytesRead());
    assertThat(sparse.ledger().layers())
        .allMatch(layer -> layer.sparseRows() > 150 && layer.pairs() < layer.densePairs() / 2);
  }

  @ParameterizedTest
  @MethodSource("both")
  void chunksThatAreMultiplesOfThePrefillWindowGiveTheSameTokens(Technique technique) {
    List<Integer> single =
        generate(Models.options().withPrefillChunk(16), technique).generatedIds();
    for (int chunk : new int[] {32, 48, 1000}) {
      assertThat(generate(Models.options().withPrefillChunk(chunk), technique).generatedIds())
          .isEqualTo(single);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 32, 96})
  void blocksOnDiskGiveTheSameTokensAndHoldLessMemory(int cachedBlocks) {
    int[] prompt = Models.prompt(960, 0);
    GenerationResult inMemory;
    try (LanguageModel model = open(Models.options(), actQkv(60))) {
      inMemory = model.generate(Prompt.of(prompt), TWENTY);
    }
    Technique onDisk = actQkv(60, Memory.BLOCKS_ON_DISK, cachedBlocks);
    try (LanguageModel model = open(Models.options(), onDisk)) {
      GenerationResult spilled = model.generate(Prompt.of(prompt), TWENTY);
      assertThat(spilled.generatedIds()).isEqualTo(inMemory.generatedIds());
      // Rows 0 to 767 of 980 are 3 pages.
      assertThat(spilled.metrics().spilledBytes())
          .isEqualTo(2L * 768 * 2 * FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM * 4);
      assertThat(spilled.metrics().pagesLoaded() > 0).isEqualTo(cachedBlocks > 0);
      if (cachedBlocks == 0) {
        assertThat(spilled.metrics().peakKvBytes()).isLessThan(inMemory.metrics().peakKvBytes());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void interleavedSequencesAreAsApart(Technique technique) {
    try (LanguageModel model = open(Models.options(), technique)) {
      List<List<Integer>> apart = new ArrayList<>();
      for (int variant = 0; variant < 2; variant++) {
        try (Session session = model.openSession().append(Models.prompt(200, variant))) {
          apart.add(session.generate(TWENTY).generatedIds());
        }
      }
      GenerationConfig one = TWENTY.toBuilder().maxNewTokens(1).build();
      try (Session a = model.openSession().append(Models.prompt(200, 0));
          Session b = model.openSession().append(Models.prompt(200, 1))) {
        List<List<Integer>> interleaved = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < 20; i++) {
          interleaved.get(0).addAll(a.generate(one).generatedIds());
          interleaved.get(1).addAll(b.generate(one).generatedIds());
        }
        assertThat(interleaved).isEqualTo(apart);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void aForkedPrefixGivesWhatAFreshSequenceGives(Technique technique) {
    int[] prefix = Models.prompt(160, 1); // whole prefill windows
    try (LanguageModel model = open(Models.options(), technique);
        Session kept = model.openSession().append(prefix)) {
      for (int next = 3; next < 6; next++) {
        try (Session fork = kept.fork();
            Session fresh = model.openSession().append(prefix)) {
          fork.append(next, 7, 7);
          fresh.append(next, 7, 7);
          assertThat(fork.generate(TWENTY).generatedIds())
              .isEqualTo(fresh.generate(TWENTY).generatedIds());
        }
      }
    }
  }
}
