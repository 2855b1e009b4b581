package dev.winnow.engine;

/** Ends generations from another thread, within one step or one prefill chunk. */
public final class CancellationToken {
  private volatile boolean cancelled;

  /** Asks to end; cannot be undone. */
  public void cancel() {
    cancelled = true;
  }

  /** Whether it was asked to end. */
  public boolean isCancelled() {
    return cancelled;
  }
}
