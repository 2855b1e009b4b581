package dev.winnow.models.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLHandshakeException;

/** Repeats what failed on the network, with growing pauses, a bounded number of times. */
final class Retry {
  private static final long NOTEWORTHY_BYTES = 1L << 20;
  private static final int CONNECT_ATTEMPTS = 2;

  private final RetryPolicy policy;
  private final ProgressListener listener;

  Retry(RetryPolicy policy, ProgressListener listener) {
    this.policy = policy;
    this.listener = listener;
  }

  /** One try. */
  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  /** Tries until it works; the message of the last failure is in the exception. */
  <T> T call(String what, Attempt<T> attempt) throws InterruptedException {
    return call(what, () -> 0, attempt);
  }

  /** As above; failures stop counting as consecutive when {@code position} has moved on well. */
  <T> T call(String what, LongSupplier position, Attempt<T> attempt) throws InterruptedException {
    int failures = 0;
    while (true) {
      long before = position.getAsLong();
      try {
        return attempt.run();
      } catch (IOException e) {
        failures = position.getAsLong() - before >= NOTEWORTHY_BYTES ? 1 : failures + 1;
        if (failures >= attemptsFor(e)) {
          throw new HubException(
              "%s failed %d times in a row: %s; run it again later to go on where it stopped, or"
                      .formatted(what, failures, reason(e))
                  + " check the network, the proxy (-Dhttps.proxyHost) and HF_ENDPOINT",
              e);
        }
        Duration pause = pause(what, failures, e);
        listener.status(
            "%s: %s; trying again in %d ms".formatted(what, reason(e), pause.toMillis()));
        Thread.sleep(pause);
      }
    }
  }

  private int attemptsFor(IOException e) {
    if (e instanceof SSLHandshakeException) {
      return 1; // a certificate does not become valid by waiting
    }
    return e instanceof ConnectException
        ? Math.min(CONNECT_ATTEMPTS, policy.attempts())
        : policy.attempts();
  }

  private Duration pause(String what, int failures, IOException e) {
    Duration asked =
        e instanceof TransientException t
            ? t.retryAfter().orElseGet(() -> policy.delay(failures))
            : policy.delay(failures);
    if (asked.compareTo(policy.longestDelay()) > 0) {
      throw new HubException(
          "%s: %s, and the server asks to wait %d s, longer than the %d s allowed; run it again then"
              .formatted(what, reason(e), asked.toSeconds(), policy.longestDelay().toSeconds()),
          e);
    }
    return asked;
  }

  private static String reason(IOException e) {
    if (e.getMessage() != null) {
      return e.getMessage();
    }
    return e instanceof ConnectException ? "no connection" : e.getClass().getSimpleName();
  }
}
