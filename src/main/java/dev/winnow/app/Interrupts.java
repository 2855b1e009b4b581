package dev.winnow.app;

import org.jline.utils.Signals;

/** Takes Ctrl-C over while something runs that can end by itself. */
final class Interrupts implements AutoCloseable {
  private static final String SIGNAL = "INT";

  private final Object previous;

  private Interrupts(Object previous) {
    this.previous = previous;
  }

  /** Calls {@code handler} on Ctrl-C until closed. */
  static Interrupts handledBy(Runnable handler) {
    return new Interrupts(Signals.register(SIGNAL, handler));
  }

  @Override
  public void close() {
    Signals.unregister(SIGNAL, previous);
  }
}
