package dev.winnow.engine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** Starts a generation for every subscriber, which computes no token that was not requested. */
final class TokenPublisher implements Flow.Publisher<TokenEvent> {
  private final Function<CancellationToken, Generation> start;

  TokenPublisher(Function<CancellationToken, Generation> start) {
    this.start = start;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
    Demand demand = new Demand();
    subscriber.onSubscribe(demand);
    // A platform thread: steps are long native calls, which would pin a virtual thread's carrier.
    Thread.ofPlatform().daemon().name("winnow-publisher").start(() -> publish(subscriber, demand));
  }

  private void publish(Flow.Subscriber<? super TokenEvent> subscriber, Demand demand) {
    try (Generation generation = start.apply(demand.cancellation)) {
      while (!generation.ended() && demand.await()) {
        if (generation.hasNext()) {
          subscriber.onNext(generation.next());
        }
      }
      if (demand.cancellation.isCancelled()) {
        demand.reportTo(subscriber);
      } else if (generation.result().finishReason() == FinishReason.CANCELLED) {
        subscriber.onError(new CancellationException("the session or the model was closed"));
      } else {
        subscriber.onComplete();
      }
    } catch (InterruptedException e) {
      subscriber.onError(e);
    } catch (RuntimeException | Error e) {
      subscriber.onError(e);
    }
  }

  /** What a subscriber asked for and has not received. */
  private static final class Demand implements Flow.Subscription {
    private final CancellationToken cancellation = new CancellationToken();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long wanted;
    private IllegalArgumentException error;

    @Override
    public void request(long n) {
      lock.lock();
      try {
        if (n <= 0) {
          error = new IllegalArgumentException("request must be > 0, got " + n);
          cancellation.cancel();
        } else {
          wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        cancellation.cancel();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Waits until an element is wanted and takes it from the demand; false if cancelled. */
    boolean await() throws InterruptedException {
      lock.lock();
      try {
        while (wanted == 0 && !cancellation.isCancelled()) {
          changed.await();
        }
        if (cancellation.isCancelled()) {
          return false;
        }
        wanted--;
        return true;
      } finally {
        lock.unlock();
      }
    }

    void reportTo(Flow.Subscriber<?> subscriber) {
      lock.lock();
      try {
        if (error != null) {
          subscriber.onError(error);
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
