package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.cache.CapacityException;
import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.DType;
import dev.winnow.models.text.ChatMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationTest {
  private static final GenerationConfig TWELVE =
      GenerationConfig.builder().maxNewTokens(12).build();
  private static final GenerationConfig SAMPLED =
      TWELVE.toBuilder().doSample(true).temperature(1.3).topP(0.95).seed(42).build();

  @Test
  void greedyTokensAreTheArgmaxOfTheLogitsOfTheWholeTextAtOnce() {
    try (LanguageModel model = Models.open(Models.options())) {
      int[] prompt = Models.prompt(9, 0);
      List<Integer> generated = model.generate(Prompt.of(prompt), TWELVE).generatedIds();
      int[] all =
          IntStream.concat(IntStream.of(prompt), generated.stream().mapToInt(Integer::intValue))
              .toArray();
      List<Integer> argmax = new ArrayList<>();
      try (Session session = model.openSession()) {
        session.score(all, (position, logits) -> argmax.add(argmax(logits)));
      }
      assertThat(generated).hasSize(12);
      assertThat(argmax.subList(8, 20)).isEqualTo(generated);
    }
  }

  private static int argmax(float[] logits) {
    return IntStream.range(0, logits.length)
        .reduce((a, b) -> logits[b] > logits[a] ? b : a)
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 255, 300})
  void chunksOfAnySizeGiveTheLogitsOfOneChunk(int chunk) {
    int[] ids = Models.prompt(300, 1);
    List<float[]> whole = logits(ids, Models.options());
    List<float[]> chunked = logits(ids, Models.options().withPrefillChunk(chunk));
    assertThat(chunked).hasSize(300);
    for (int i = 0; i < 300; i++) {
      assertThat(chunked.get(i)).isEqualTo(whole.get(i));
    }
  }

  private static List<float[]> logits(int[] ids, EngineOptions options) {
    List<float[]> rows = new ArrayList<>();
    try (LanguageModel model = Models.open(options);
        Session session = model.openSession()) {
      session.score(ids, (position, logits) -> rows.add(logits.clone()));
    }
    return rows;
  }

  @Test
  void tokenByTokenGivesTheTokensOfOnePrompt() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession()) {
      int[] prompt = Models.prompt(20, 2);
      for (int id : prompt) {
        session.append(id);
      }
      assertThat(session.generate(TWELVE).generatedIds())
          .isEqualTo(model.generate(Prompt.of(prompt), TWELVE).generatedIds());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void keysAndValuesCanBeStoredInEveryFloatType(String kv) {
    try (LanguageModel model = Models.open(Models.options().withKv(DType.valueOf(kv)))) {
      GenerationResult result = model.generate(Prompt.of(Models.prompt(5, 0)), TWELVE);
      assertThat(result.generatedIds()).hasSize(12);
      long perToken = 2L * FakeCausalLm.LAYERS * FakeCausalLm.KV_HEADS * FakeCausalLm.HEAD_DIM;
      assertThat(result.metrics().peakKvBytes())
          .isEqualTo(256 * perToken * DType.valueOf(kv).bytes());
    }
  }

  @Test
  void interleavedSequencesGiveTheTokensTheyGiveAlone() {
    try (LanguageModel model = Models.open(Models.options())) {
      List<List<Integer>> alone = new ArrayList<>();
      List<Generation> together = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        alone.add(model.generate(prompt(i), SAMPLED).generatedIds());
        Session session = model.openSession();
        session.addTokens(prompt(i));
        together.add(session.start(SAMPLED, new CancellationToken()));
      }
      for (int step = 0; step < 12; step++) {
        together.forEach(Generation::next);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(together.get(i).result().generatedIds()).isEqualTo(alone.get(i));
      }
    }
  }

  private static Prompt prompt(int variant) {
    return Prompt.of(Models.prompt(3 + 17 * variant, variant));
  }

  @Test
  void concurrentSequencesGiveTheTokensTheyGiveAlone() throws Exception {
    try (LanguageModel model = Models.open(Models.options());
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<List<Integer>>> tasks = new ArrayList<>();
      List<List<Integer>> alone = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Prompt prompt = prompt(i % 6);
        alone.add(model.generate(prompt, SAMPLED).generatedIds());
        tasks.add(() -> model.generate(prompt, SAMPLED).generatedIds());
      }
      List<Future<List<Integer>>> results = threads.invokeAll(tasks);
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameTokensAndAnotherSeedOthers() {
    try (LanguageModel model = Models.open(Models.options())) {
      List<Integer> first = model.generate(prompt(1), SAMPLED).generatedIds();
      assertThat(model.generate(prompt(1), SAMPLED).generatedIds()).isEqualTo(first);
      GenerationConfig other = SAMPLED.toBuilder().seed(43).build();
      assertThat(model.generate(prompt(1), other).generatedIds()).isNotEqualTo(first);
    }
  }

  @Test
  void anEosTokenEndsTheGenerationAndIsItsLastToken() {
    try (LanguageModel model = Models.open(Models.options())) {
      List<Integer> free = model.generate(prompt(1), TWELVE).generatedIds();
      int eos = free.get(4);
      GenerationResult result =
          model.generate(prompt(1), TWELVE.toBuilder().eosTokenIds(eos, 0).build());
      assertThat(result.finishReason()).isEqualTo(FinishReason.EOS);
      assertThat(result.finishReason().label()).isEqualTo("stop");
      assertThat(result.generatedIds()).isEqualTo(free.subList(0, free.indexOf(eos) + 1));
    }
  }

  @Test
  void eosTokensOfTheModelHoldUnlessTheConfigHasItsOwn() {
    int eos;
    try (LanguageModel model = Models.open(Models.options())) {
      eos = model.generate(prompt(1), TWELVE).generatedIds().get(0);
    }
    FakeCausalLm withEos = new FakeCausalLm(1000, 0, List.of(eos));
    try (LanguageModel model = Models.open(withEos, Models.options())) {
      assertThat(model.generate(prompt(1), TWELVE).generatedIds()).containsExactly(eos);
      GenerationConfig none = TWELVE.toBuilder().eosTokenIds().build();
      assertThat(model.generate(prompt(1), none).generatedIds()).hasSize(12);
    }
  }

  @Test
  void theGenerationEndsWhenTheContextIsFull() {
    try (LanguageModel model = Models.open(Models.options().withMaxContext(10))) {
      GenerationResult result = model.generate(Prompt.of(Models.prompt(7, 0)), TWELVE);
      // Positions 7, 8 and 9 are computed; the token that 9 gives needs no position any more.
      assertThat(result.generatedIds()).hasSize(4);
      assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
      assertThat(model.generate(Prompt.of(Models.prompt(10, 0)), TWELVE).generatedIds()).hasSize(1);
    }
  }

  @Test
  void aPromptLongerThanTheContextSaysBothLengths() {
    try (LanguageModel model = Models.open(Models.options().withMaxContext(10))) {
      assertThatThrownBy(() -> model.generate(Prompt.of(Models.prompt(11, 0)), TWELVE))
          .isInstanceOfSatisfying(
              CapacityException.class,
              e -> {
                assertThat(e.neededTokens()).isEqualTo(11);
                assertThat(e.fittingTokens()).isEqualTo(10);
              })
          .hasMessageContaining("11 tokens")
          .hasMessageContaining("holds 10")
          .hasMessageContaining("max_context");
    }
  }

  @Test
  void badPromptsAndOptionsAreRefusedAndTheModelLivesOn() {
    try (LanguageModel model = Models.open(Models.options())) {
      assertThatThrownBy(() -> model.generate(Prompt.of(new int[0]), TWELVE))
          .hasMessageContaining("no tokens");
      assertThatThrownBy(() -> model.generate(Prompt.of(3, FakeCausalLm.VOCAB), TWELVE))
          .hasMessage("token ids must be in [0, 61), got 61 at index 1");
      assertThatThrownBy(() -> model.generate(Prompt.of(-1), TWELVE))
          .hasMessageContaining("got -1 at index 0");
      assertThatThrownBy(() -> Models.open(Models.options().withMaxContext(1001)))
          .hasMessageContaining("at most the model's max_position_embeddings 1000, got 1001");
      assertThat(model.kvBytes()).isZero();
      assertThat(model.generate(prompt(0), TWELVE).generatedIds()).hasSize(12);
    }
  }

  @Test
  void aModelWithoutTokenizerTakesAndGivesIds() {
    try (LanguageModel model =
        new LanguageModel(
            new FakeCausalLm(100),
            new PlainKernels(),
            Optional.empty(),
            GenerationConfig.defaults(),
            Models.options(),
            Duration.ZERO)) {
      GenerationResult result = model.generate(prompt(0), TWELVE);
      assertThat(result.generatedIds()).hasSize(12);
      assertThat(result.text()).isEmpty();
      assertThatThrownBy(() -> model.generate("hello", TWELVE))
          .hasMessageContaining("no tokenizer; give the prompt as token ids");
      GenerationConfig stop = TWELVE.toBuilder().stopStrings("x").build();
      assertThatThrownBy(() -> model.generate(prompt(0), stop))
          .hasMessageContaining("stop_strings need a tokenizer");
      assertThat(model.kvBytes()).isZero();
    }
  }

  @Test
  void theTextIsThatOfTheGeneratedTokensAndThePiecesMakeItUp() {
    try (LanguageModel model = Models.open(Models.options())) {
      List<String> pieces = new ArrayList<>();
      List<GenerationResult> completed = new ArrayList<>();
      TokenListener listener =
          new TokenListener() {
            @Override
            public void onToken(TokenEvent event) {
              pieces.add(event.text());
            }

            @Override
            public void onComplete(GenerationResult result) {
              completed.add(result);
            }
          };
      GenerationResult result =
          model.generate(Prompt.of("HELLO"), TWELVE, listener, new CancellationToken());
      int[] ids = result.generatedIds().stream().mapToInt(Integer::intValue).toArray();
      assertThat(result.text()).isEqualTo(model.codec().orElseThrow().decode(ids, true));
      assertThat(String.join("", pieces)).isEqualTo(result.text());
      assertThat(completed).containsExactly(result);
      assertThat(result.promptIds()).hasSize(6).startsWith(0);
      assertThat(result.usage()).isEqualTo(new Usage(6, 12));
      assertThat(result.timings().loadMs()).isEqualTo(5);
      assertThat(result.timings().ttftMs()).isPositive();
      assertThat(result.timings().tpotMs()).isPositive();
    }
  }

  @Test
  void aChatIsRenderedByTheTemplateAndGetsNoSecondOpeningToken() {
    try (LanguageModel model = Models.open(Models.options())) {
      GenerationResult result = model.chat(List.of(new ChatMessage("user", "HI")), TWELVE);
      int[] ids = result.promptIds().stream().mapToInt(Integer::intValue).toArray();
      assertThat(model.codec().orElseThrow().decode(ids, false)).isEqualTo("U:HI A:");
    }
  }

  @Test
  void theTextEndsBeforeAStopStringThatSpansTokens() {
    try (LanguageModel model = Models.open(Models.options())) {
      String free = model.generate("HELLO", TWELVE).text();
      String stop = free.substring(5, 8);
      GenerationConfig config = TWELVE.toBuilder().stopStrings("never", stop).build();
      List<String> pieces = new ArrayList<>();
      GenerationResult result =
          model.generate(
              Prompt.of("HELLO"), config, e -> pieces.add(e.text()), new CancellationToken());
      String expected = free.substring(0, free.indexOf(stop));
      assertThat(result.text()).isEqualTo(expected);
      assertThat(String.join("", pieces)).isEqualTo(expected);
      assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 3"})
  void logProbabilitiesComeOnRequest(int top, int expected) {
    try (LanguageModel model = Models.open(Models.options())) {
      GenerationResult result =
          model.generate(prompt(0), TWELVE.toBuilder().topLogProbs(top).build());
      assertThat(result.logProbs()).hasSize(12);
      result
          .logProbs()
          .forEach(
              p -> {
                assertThat(p.top()).hasSize(expected);
                assertThat(p.chosen()).isNegative();
              });
      assertThat(model.generate(prompt(0), TWELVE).logProbs()).isEmpty();
    }
  }

  @Test
  void aStreamComputesOnlyWhatIsPulledAndReleasesItsMemoryWhenClosed() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    int[] steps = new int[1];
    fake.beforeStep(() -> steps[0]++);
    try (LanguageModel model = Models.open(fake, Models.options())) {
      try (Stream<TokenEvent> stream = model.stream(prompt(0), TWELVE)) {
        assertThat(stream.limit(3).toList()).hasSize(3);
        assertThat(steps[0]).isEqualTo(3);
        assertThat(model.kvBytes()).isPositive();
      }
      assertThat(model.kvBytes()).isZero();
      try (Stream<String> text = model.streamText(Prompt.of("HELLO"), TWELVE)) {
        assertThat(String.join("", text.toList()))
            .isEqualTo(model.generate("HELLO", TWELVE).text());
      }
    }
  }
}
