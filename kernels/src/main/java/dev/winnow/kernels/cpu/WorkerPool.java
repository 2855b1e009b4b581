package dev.winnow.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A fixed set of threads that share out the tasks of one job at a time; the calling thread takes
 * part, so a pool of one starts no thread.
 *
 * <p>Waiting threads spin briefly, because kernels of one layer follow each other within
 * microseconds, and then park, because the libraries that run between two layers need the cores.
 */
public final class WorkerPool implements AutoCloseable {
  /** One piece of a job. */
  @FunctionalInterface
  public interface Task {
    /**
     * Runs piece {@code index}.
     *
     * @param worker which thread runs it, in {@code [0, threads)}: an index for scratch memory
     */
    void run(int index, int worker);
  }

  private static final long SPIN_NANOS = 20_000;

  private final Thread[] workers;
  private final ReentrantLock oneJob = new ReentrantLock();
  private volatile Job current;
  private volatile boolean closed;

  /**
   * Starts {@code threads - 1} daemon threads.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1 or more than 1024
   */
  public WorkerPool(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be in [1, 1024], got " + threads);
    }
    workers = new Thread[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      int worker = i + 1;
      workers[i] =
          Thread.ofPlatform().daemon().name("winnow-kernels-" + worker).start(() -> serve(worker));
    }
  }

  /** How many threads share a job, the calling one included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code task} for every index in {@code [0, tasks)} and returns when all are done; a second
   * caller waits for the first. The first exception of a task is thrown here; tasks not yet begun
   * are then dropped.
   *
   * @throws IllegalStateException if the pool is closed
   */
  public void run(int tasks, Task task) {
    oneJob.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the kernels are closed");
      }
      Job job = new Job(tasks, task, Thread.currentThread());
      if (tasks > 1 && workers.length > 0) {
        current = job;
        for (int i = 0; i < Math.min(workers.length, tasks - 1); i++) {
          LockSupport.unpark(workers[i]);
        }
      }
      job.work(0);
      job.await();
      current = null;
      job.rethrow();
    } finally {
      oneJob.unlock();
    }
  }

  /** Like {@link #run}, but on the calling thread alone: for jobs too small to wake anyone. */
  void runHere(int tasks, Task task) {
    oneJob.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the kernels are closed");
      }
      for (int i = 0; i < tasks; i++) {
        task.run(i, 0);
      }
    } finally {
      oneJob.unlock();
    }
  }

  /** Runs {@code body} while no job of another thread runs, so that it may use shared memory. */
  <T> T exclusively(Supplier<T> body) {
    oneJob.lock();
    try {
      return body.get();
    } finally {
      oneJob.unlock();
    }
  }

  private void serve(int worker) {
    Job last = null;
    while (true) {
      Job job = next(last);
      if (job == null) {
        return;
      }
      job.work(worker);
      last = job;
    }
  }

  /** The next job, or null when the pool is closed. */
  private Job next(Job last) {
    long start = System.nanoTime();
    while (true) {
      Job job = current;
      if (job != null && job != last) {
        return job;
      }
      if (closed) {
        return null;
      }
      if (System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        start = System.nanoTime();
      }
    }
  }

  /** Stops the threads once the running job is done. */
  @Override
  public void close() {
    oneJob.lock();
    try {
      closed = true;
      for (Thread worker : workers) {
        LockSupport.unpark(worker);
      }
    } finally {
      oneJob.unlock();
    }
  }

  /** The state of one job; a worker that comes late finds nothing left to claim. */
  private static final class Job {
    private final int tasks;
    private final Task task;
    private final Thread caller;
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Job(int tasks, Task task, Thread caller) {
      this.tasks = tasks;
      this.task = task;
      this.caller = caller;
    }

    void work(int worker) {
      int index;
      while ((index = claimed.getAndIncrement()) < tasks) {
        try {
          if (failure.get() == null) {
            task.run(index, worker);
          }
        } catch (Throwable t) { // an error on a worker thread belongs to the caller too
          failure.compareAndSet(null, t);
        }
        if (finished.incrementAndGet() == tasks && worker != 0) {
          LockSupport.unpark(caller);
        }
      }
    }

    void await() {
      long start = System.nanoTime();
      while (finished.get() < tasks) {
        if (System.nanoTime() - start < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
    }

    void rethrow() {
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
    }
  }
}
