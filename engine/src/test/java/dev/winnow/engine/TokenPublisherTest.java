package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.testing.FakeCausalLm;
import dev.winnow.engine.testing.Models;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenPublisherTest {
  private static final GenerationConfig FIVE = GenerationConfig.builder().maxNewTokens(5).build();
  private static final Prompt PROMPT = Prompt.of(3, 1, 4);

  /** Collects tokens; {@code done} ends as the stream does. */
  private static final class Collector implements Flow.Subscriber<TokenEvent> {
    private final List<Integer> ids = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final int expected;
    private final CountDownLatch received;
    private Flow.Subscription subscription;

    Collector(int expected) {
      this.expected = expected;
      this.received = new CountDownLatch(expected);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void onNext(TokenEvent event) {
      ids.add(event.id());
      received.countDown();
    }

    @Override
    public void onError(Throwable throwable) {
      done.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }

    void requestAndAwait() throws InterruptedException {
      subscription.request(expected);
      assertThat(received.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void everySubscriberGetsTheTokensAndCompletionWithoutFurtherDemand() throws Exception {
    try (LanguageModel model = Models.open(Models.options())) {
      Flow.Publisher<TokenEvent> publisher = model.publisher(PROMPT, FIVE);
      for (int i = 0; i < 2; i++) {
        Collector collector = new Collector(5);
        publisher.subscribe(collector);
        collector.requestAndAwait();
        collector.done.get(10, TimeUnit.SECONDS);
        assertThat(collector.ids).isEqualTo(model.generate(PROMPT, FIVE).generatedIds());
      }
      assertThat(model.kvBytes()).isZero();
    }
  }

  @Test
  void noTokenIsComputedThatWasNotRequested() throws Exception {
    FakeCausalLm fake = new FakeCausalLm(100);
    AtomicInteger steps = new AtomicInteger();
    fake.beforeStep(steps::incrementAndGet);
    try (LanguageModel model = Models.open(fake, Models.options())) {
      Collector collector = new Collector(2);
      model.publisher(PROMPT, FIVE).subscribe(collector);
      collector.requestAndAwait();
      assertThatThrownBy(() -> collector.done.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(steps).hasValue(2);
      assertThat(collector.ids).hasSize(2);
      collector.subscription.cancel();
    }
  }

  @Test
  void aCancelledSubscriptionFreesItsSequence() throws Exception {
    try (LanguageModel model = Models.open(Models.options())) {
      Session session = model.openSession().append(1, 2);
      Collector collector = new Collector(2);
      session.publisher(FIVE).subscribe(collector);
      collector.requestAndAwait();
      collector.subscription.cancel();
      // The publisher's thread sees the cancellation at once; then the session is free again.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      GenerationResult result = null;
      while (result == null && System.nanoTime() < deadline) {
        try {
          result = session.generate(FIVE);
        } catch (IllegalStateException busy) {
          Thread.onSpinWait();
        }
      }
      assertThat(result).isNotNull();
      assertThat(collector.ids).hasSize(2);
      assertThat(collector.done).isNotDone();
    }
  }

  @Test
  void errorsAndBadRequestsReachTheSubscriber() throws Exception {
    try (LanguageModel model = Models.open(Models.options())) {
      Collector badPrompt = new Collector(1);
      model.publisher(Prompt.of(-5), FIVE).subscribe(badPrompt);
      assertThatThrownBy(() -> badPrompt.done.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("got -5");

      Collector badRequest = new Collector(1);
      model.publisher(PROMPT, FIVE).subscribe(badRequest);
      badRequest.subscription.request(0);
      assertThatThrownBy(() -> badRequest.done.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("request must be > 0, got 0");
    }
  }
}
