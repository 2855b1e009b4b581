package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.RunExecutor;
import dev.winnow.bench.ablate.RunExecutorFactory;
import dev.winnow.engine.CancellationToken;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What does runs in one of Spark's executors, with the models it has loaded: as many as tasks run
 * there at a time, each used by one task after the other.
 */
final class SharedExecutors {
  // Tasks of one executor share nothing but its JVM, so what outlives a task is found through a
  // static field; it is set from the start of Spark's executor to its end.
  private static final AtomicReference<SharedExecutors> OF_THIS_JVM = new AtomicReference<>();

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Deque<Shared> idle = new ArrayDeque<>();
  private int used;
  private boolean closed;

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

  /** Calls {@code body} with one that no other task uses; with a new one if none is idle. */
  <T> T use(
      RunExecutorFactory factory,
      int threads,
      CancellationToken cancellation,
      Function<RunExecutor, T> body) {
    Shared one = borrow();
    boolean reusable = false;
    try {
      one.begin(factory, threads, cancellation);
      T result = body.apply(one.executor);
      reusable = true;
      return result;
    } finally {
      giveBack(one, reusable);
    }
  }

  private synchronized Shared borrow() {
    if (closed) {
      throw new IllegalStateException("this executor has ended");
    }
    used++;
    return idle.isEmpty() ? new Shared() : idle.pop();
  }

  /** What failed is not used again, in whatever state it is. */
  private void giveBack(Shared one, boolean reusable) {
    try {
      if (!reusable) {
        one.close();
      }
    } finally {
      synchronized (this) {
        if (reusable) {
          idle.push(one);
        }
        used--;
        notifyAll();
      }
    }
  }

  private synchronized void closeAll() {
    closed = true;
    long end = System.nanoTime() + PATIENCE_NANOS;
    try {
      for (long left = PATIENCE_NANOS; used > 0 && left > 0; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    idle.forEach(Shared::close);
    idle.clear();
  }

  /** One of them, which asks the task at hand whether to go on. */
  private static final class Shared implements BooleanSupplier {
    private RunExecutor executor;
    private volatile CancellationToken cancellation;

    void begin(RunExecutorFactory factory, int threads, CancellationToken token) {
      cancellation = token;
      if (executor == null) {
        executor = factory.open(threads, this);
      }
    }

    @Override
    public boolean getAsBoolean() {
      return cancellation.isCancelled();
    }

    void close() {
      if (executor != null) {
        executor.close();
      }
    }
  }
}
