package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private static final GenerationConfig MANY = GenerationConfig.builder().maxNewTokens(500).build();
  private static final Prompt PROMPT = Prompt.of(Models.prompt(4, 0));

  @Test
  void aCancelledGenerationEndsBeforeTheNextStepWithWhatItHas() {
    try (LanguageModel model = Models.open(Models.options())) {
      CancellationToken cancel = new CancellationToken();
      int[] count = new int[1];
      GenerationResult result =
          model.generate(
              PROMPT,
              MANY,
              event -> {
                if (++count[0] == 3) {
                  cancel.cancel();
                }
              },
              cancel);
      assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(result.generatedIds()).hasSize(3);
      assertThat(result.text()).hasSize(3);
      assertThat(model.kvBytes()).isZero();
    }
  }

  @Test
  void anInterruptEndsTheGenerationAndStaysSet() {
    try (LanguageModel model = Models.open(Models.options())) {
      GenerationResult result =
          model.generate(
              PROMPT, MANY, event -> Thread.currentThread().interrupt(), new CancellationToken());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(result.generatedIds()).hasSize(1);
    }
  }

  @Test
  void aPrefillIsCancelledBetweenChunks() {
    FakeCausalLm fake = new FakeCausalLm(1000);
    try (LanguageModel model = Models.open(fake, Models.options().withPrefillChunk(10));
        Session session = model.openSession()) {
      session.append(1, 2, 3);
      int[] chunks = new int[1];
      fake.beforeStep(
          () -> {
            if (++chunks[0] == 2) {
              Thread.currentThread().interrupt();
            }
          });
      assertThatThrownBy(() -> session.append(Models.prompt(100, 0)))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(chunks[0]).isEqualTo(2);
      assertThat(session.ids()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void closingASessionEndsItsGenerationAndNoOther() throws Exception {
    try (LanguageModel model = Models.open(Models.options())) {
      Session closed = model.openSession().append(1, 2);
      Session other = model.openSession().append(1, 2);
      CountDownLatch started = new CountDownLatch(5);
      CompletableFuture<GenerationResult> running =
          CompletableFuture.supplyAsync(
              () -> closed.generate(MANY, event -> started.countDown(), new CancellationToken()));
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      closed.close();
      GenerationResult result = running.get(10, TimeUnit.SECONDS);
      assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(result.generatedIds()).hasSizeGreaterThanOrEqualTo(5);
      assertThat(other.generate(MANY).generatedIds()).hasSize(500);
      assertThatThrownBy(() -> closed.generate(MANY)).hasMessage("the session is closed");
      assertThatThrownBy(closed::fork).hasMessage("the session is closed");
    }
  }

  @Test
  void closingTheModelWaitsForTheStepInProgressAndEndsAllGenerations() throws Exception {
    FakeCausalLm fake = new FakeCausalLm(1000);
    LanguageModel model = Models.open(fake, Models.options());
    CountDownLatch firstStarted = new CountDownLatch(1);
    CountDownLatch secondStarted = new CountDownLatch(1);
    // A step on the closed model would throw an AssertionError and fail the futures.
    CompletableFuture<GenerationResult> one =
        CompletableFuture.supplyAsync(
            () ->
                model.generate(
                    PROMPT, MANY, e -> firstStarted.countDown(), new CancellationToken()));
    CompletableFuture<GenerationResult> two =
        CompletableFuture.supplyAsync(
            () ->
                model.generate(
                    PROMPT, MANY, e -> secondStarted.countDown(), new CancellationToken()));
    assertThat(firstStarted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(secondStarted.await(10, TimeUnit.SECONDS)).isTrue();
    model.close();
    assertThat(fake.closed()).isTrue();
    assertThat(one.get(10, TimeUnit.SECONDS).finishReason())
        .isIn(FinishReason.CANCELLED, FinishReason.LENGTH);
    assertThat(two.get(10, TimeUnit.SECONDS).finishReason())
        .isIn(FinishReason.CANCELLED, FinishReason.LENGTH);
    assertThat(model.kvBytes()).isZero();
    assertThatThrownBy(() -> model.generate(PROMPT, MANY)).hasMessage("the model is closed");
    assertThatThrownBy(model::openSession).hasMessage("the model is closed");
    model.close();
  }

  @Test
  void whatAListenerThrowsReachesTheCallerAndFreesTheSequence() {
    try (LanguageModel model = Models.open(Models.options())) {
      assertThatThrownBy(
              () ->
                  model.generate(
                      PROMPT,
                      MANY,
                      event -> {
                        throw new IllegalStateException("enough");
                      },
                      new CancellationToken()))
          .hasMessage("enough");
      assertThat(model.kvBytes()).isZero();
    }
  }
}
