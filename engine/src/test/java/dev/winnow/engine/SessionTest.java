package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  private static final GenerationConfig TEN = GenerationConfig.builder().maxNewTokens(10).build();

  private static int[] concat(int[] a, int... b) {
    return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 257, 300})
  void forksOfAPrefixGiveWhatFreshSequencesGive(int length) {
    int[] prefix = Models.prompt(length, 1);
    try (LanguageModel model = Models.open(Models.options());
        Session kept = model.openSession().append(prefix)) {
      List<Session> forks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        forks.add(kept.fork().append(i, i + 5));
      }
      kept.append(9);
      for (int i = 0; i < 3; i++) {
        GenerationResult fresh = model.generate(Prompt.of(concat(prefix, i, i + 5)), TEN);
        GenerationResult forked = forks.get(i).generate(TEN);
        assertThat(forked.generatedIds()).isEqualTo(fresh.generatedIds());
        assertThat(forked.promptIds()).isEqualTo(fresh.promptIds());
      }
      assertThat(kept.generate(TEN).generatedIds())
          .isEqualTo(model.generate(Prompt.of(concat(prefix, 9)), TEN).generatedIds());
      forks.forEach(Session::close);
    }
  }

  @Test
  void aPrefixIsComputedOnceAndItsPagesAreShared() {
    try (LanguageModel model = Models.open(Models.options());
        Session kept = model.openSession().append(Models.prompt(600, 0))) {
      long alone = model.kvBytes();
      try (Session fork = kept.fork()) {
        assertThat(model.kvBytes()).isEqualTo(alone);
        GenerationResult result = fork.append(4).generate(TEN);
        // 600 prefix tokens in 3 pages a layer; only the page that is written is copied.
        assertThat(model.kvBytes()).isEqualTo(alone / 3 * 4);
        assertThat(result.ledger().layers().get(0).rows()).isEqualTo(10);
        assertThat(result.metrics().prefilledTokens()).isEqualTo(1);
      }
      assertThat(model.kvBytes()).isEqualTo(alone);
    }
  }

  @Test
  void aSessionContinuesAfterWhatItGenerated() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession().append(3, 1, 4)) {
      List<Integer> first = session.generate(TEN).generatedIds();
      List<Integer> second = session.generate(TEN).generatedIds();
      GenerationConfig twenty = TEN.toBuilder().maxNewTokens(20).build();
      List<Integer> atOnce = model.generate(Prompt.of(3, 1, 4), twenty).generatedIds();
      assertThat(Stream.concat(first.stream(), second.stream()).toList()).isEqualTo(atOnce);
      assertThat(session.length()).isEqualTo(23);
    }
  }

  @Test
  void scoredTokensCanBeContinued() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession()) {
      session.score(Models.prompt(12, 0), (position, logits) -> {});
      assertThat(session.generate(TEN).generatedIds())
          .isEqualTo(model.generate(Prompt.of(Models.prompt(12, 0)), TEN).generatedIds());
    }
  }

  @Test
  void onlyTheFirstTextGetsAnOpeningToken() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession()) {
      session.append("AB").append("CD");
      assertThat(model.codec().orElseThrow().decode(session.ids(), false)).isEqualTo("<s>ABCD");
    }
  }

  @Test
  void aBusySessionRefusesASecondOperation() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession().append(1, 2)) {
      try (Stream<TokenEvent> stream = session.stream(TEN)) {
        assertThat(stream.limit(1).toList()).hasSize(1);
        assertThatThrownBy(() -> session.append(1)).hasMessageContaining("busy");
        assertThatThrownBy(() -> session.generate(TEN)).hasMessageContaining("busy");
        assertThat(session.fork().generate(TEN).generatedIds()).hasSize(10);
      }
      assertThat(session.generate(TEN).generatedIds()).hasSize(10);
    }
  }

  @Test
  void anEmptySessionCannotGenerateAndStaysUsable() {
    try (LanguageModel model = Models.open(Models.options());
        Session session = model.openSession()) {
      assertThatThrownBy(() -> session.generate(TEN)).hasMessageContaining("empty");
      assertThat(session.append(5).generate(TEN).generatedIds()).hasSize(10);
    }
  }

  @Test
  void aFailedStepLeavesTheSessionAsItWasBefore() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    try (LanguageModel model = Models.open(fake, Models.options().withPrefillChunk(4));
        Session session = model.openSession().append(Models.prompt(6, 0))) {
      long bytes = model.kvBytes();
      fake.failAtToken(60);
      assertThatThrownBy(() -> session.append(1, 2, 3, 4, 5, 6, 60, 7))
          .hasMessage("told to fail at token 60");
      assertThat(session.ids()).isEqualTo(Models.prompt(6, 0));
      assertThat(model.kvBytes()).isEqualTo(bytes);
      fake.failAtToken(-1);
      assertThat(session.append(8).generate(TEN).generatedIds())
          .isEqualTo(model.generate(Prompt.of(concat(Models.prompt(6, 0), 8)), TEN).generatedIds());
    }
  }

  @Test
  void aGenerationThatFailsKeepsItsTokensAndCanGoOn() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    try (LanguageModel model = Models.open(fake, Models.options());
        Session session = model.openSession().append(1, 2, 3)) {
      List<Integer> undisturbed = model.generate(Prompt.of(1, 2, 3), TEN).generatedIds();
      fake.failAtToken(undisturbed.get(4));
      assertThatThrownBy(() -> session.generate(TEN)).hasMessageContaining("told to fail");
      fake.failAtToken(-1);
      int done = session.length() - 3;
      assertThat(done).isBetween(1, 5);
      GenerationConfig rest = TEN.toBuilder().maxNewTokens(10 - done).build();
      session.generate(rest);
      assertThat(IntStream.of(session.ids()).skip(3).boxed().toList()).isEqualTo(undisturbed);
    }
  }
}
