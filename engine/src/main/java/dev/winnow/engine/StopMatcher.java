package dev.winnow.engine;

import java.util.List;

/** Finds stop strings in streamed text and holds back what may be the start of one. */
final class StopMatcher {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  StopMatcher(List<String> stops) {
    this.stops = stops;
  }

  /** Adds text and returns what is certainly before any stop string. */
  String push(String text) {
    if (stopped) {
      return "";
    }
    held.append(text);
    int start = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      int past = at + stop.length();
      // The one complete first, so that the cuts between pieces make no difference.
      if (at >= 0 && (past < end || (past == end && at < start))) {
        start = at;
        end = past;
      }
    }
    stopped = start >= 0;
    return take(stopped ? start : held.length() - possibleStart());
  }

  /** Whether a stop string was reached. */
  boolean stopped() {
    return stopped;
  }

  /** What is held back, when no more text comes. */
  String flush() {
    return stopped ? "" : take(held.length());
  }

  private String take(int count) {
    String out = held.substring(0, count);
    held.delete(0, count);
    return out;
  }

  /** Length of the longest end of the held text that a stop string starts with. */
  private int possibleStart() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
