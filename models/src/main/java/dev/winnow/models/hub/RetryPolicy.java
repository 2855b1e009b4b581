package dev.winnow.models.hub;

import java.time.Duration;

/**
 * How patient a download is.
 *
 * @param connectTimeout longest wait for a connection
 * @param stallTimeout longest wait for the first or the next bytes of an answer
 * @param attempts tries in a row without noteworthy progress
 * @param firstDelay pause after the first failure; doubles each time
 * @param longestDelay cap of a pause, and the longest {@code Retry-After} that is waited for
 */
record RetryPolicy(
    Duration connectTimeout,
    Duration stallTimeout,
    int attempts,
    Duration firstDelay,
    Duration longestDelay) {

  static final RetryPolicy DEFAULT =
      new RetryPolicy(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(120));

  /** The pause after a number of failures in a row, counted from 1. */
  Duration delay(int failures) {
    Duration delay = firstDelay.multipliedBy(1L << Math.min(failures - 1, 20));
    return delay.compareTo(longestDelay) > 0 ? longestDelay : delay;
  }
}
