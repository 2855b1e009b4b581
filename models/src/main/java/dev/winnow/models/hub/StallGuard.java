package dev.winnow.models.hub;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, pulled piece by piece by one thread, which never waits longer than a
 * timeout: {@link java.net.http.HttpClient} itself only limits the wait for the headers.
 */
final class StallGuard implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private record Event(List<ByteBuffer> data, Optional<Throwable> failure) {}

  private static final Event END = new Event(List.of(), Optional.empty());

  // One piece is requested at a time, so it holds that piece and an end at most.
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Duration timeout;
  private volatile Flow.Subscription subscription;

  StallGuard(Flow.Publisher<List<ByteBuffer>> body, Duration timeout) {
    this.timeout = timeout;
    body.subscribe(this);
  }

  /** The next bytes, or an empty list at the end. */
  List<ByteBuffer> next() throws IOException, InterruptedException {
    while (true) {
      Event event = events.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (event == null) {
        throw new HttpTimeoutException("no data for " + timeout.toMillis() + " ms");
      }
      if (event.failure().isPresent()) {
        throw new IOException(event.failure().get().getMessage(), event.failure().get());
      }
      if (event == END) {
        events.add(END);
        return List.of();
      }
      subscription.request(1);
      if (!event.data().isEmpty()) {
        return event.data();
      }
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    events.add(new Event(item, Optional.empty()));
  }

  @Override
  public void onError(Throwable throwable) {
    events.add(new Event(List.of(), Optional.of(throwable)));
  }

  @Override
  public void onComplete() {
    events.add(END);
  }

  @Override
  public void close() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
