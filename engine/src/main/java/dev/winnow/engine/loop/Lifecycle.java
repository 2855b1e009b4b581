package dev.winnow.engine.loop;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Keeps a model from being freed under a running step: closing waits for the steps in progress. */
public final class Lifecycle {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /** Starts a step; false if the model is closed. Pair with {@link #exit()} when true. */
  boolean enter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      return false;
    }
    return true;
  }

  /** Ends a step. */
  void exit() {
    lock.readLock().unlock();
  }

  /** Whether the model is closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Runs {@code release} once, after the steps in progress; no step starts from then on. */
  public void close(Runnable release) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
