package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.RunExecutor;
import dev.winnow.bench.ablate.RunExecutorFactory;
import dev.winnow.engine.CancellationToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What does runs in one of Spark's executors, with the models it has loaded: as many as tasks run
 * there at a time, each lent to one task after the other.
 */
final class SharedExecutors {
  // Tasks of one executor share nothing but its JVM, so what outlives a task is found through a
  // static field; it lives from the start of Spark's executor to its end.
  private static final AtomicReference<SharedExecutors> OF_THIS_JVM = new AtomicReference<>();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Deque<Lent> idle = new ArrayDeque<>();
  private int lent;
  private boolean closed;

  /**
   * One that a task may use alone.
   *
   * @param cancellation ends its run early, after which it is of no more use
   */
  record Lent(RunExecutor executor, CancellationToken cancellation) {}

  private SharedExecutors() {}

  /** Starts the sharing in this JVM. */
  static void open() {
    OF_THIS_JVM.set(new SharedExecutors());
  }

  /** Ends it; waits for runs that are being cancelled, since their models are in use. */
  static void close() {
    SharedExecutors shared = OF_THIS_JVM.getAndSet(null);
    if (shared != null) {
      shared.closeAll();
    }
  }

  /**
   * Those of this JVM.
   *
   * @throws IllegalStateException if Spark's executor has ended
   */
  static SharedExecutors get() {
    SharedExecutors shared = OF_THIS_JVM.get();
    if (shared == null) {
      throw new IllegalStateException("this executor has ended");
    }
    return shared;
  }

  /** Lends the one used last, or a new one. */
  Lent borrow(RunExecutorFactory factory, int threads) {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("this executor has ended");
      }
      lent++;
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    CancellationToken cancellation = new CancellationToken();
    try {
      return new Lent(factory.open(threads, cancellation), cancellation);
    } catch (RuntimeException | Error e) {
      ended();
      throw e;
    }
  }

  /** Takes back one that may serve again. */
  void giveBack(Lent one) {
    synchronized (this) {
      if (!closed) {
        idle.push(one);
        ended();
        return;
      }
    }
    discard(one);
  }

  /** Takes back one that may not. */
  void discard(Lent one) {
    try {
      one.executor().close();
    } finally {
      ended();
    }
  }

  private synchronized void ended() {
    lent--;
    notifyAll();
  }

  private synchronized void closeAll() {
    closed = true;
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (long left = PATIENCE.toMillis(); lent > 0 && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    idle.forEach(one -> one.executor().close());
    idle.clear();
  }
}
