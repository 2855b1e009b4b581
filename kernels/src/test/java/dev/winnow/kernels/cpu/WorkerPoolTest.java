package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyTaskRunsExactlyOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
        pool.run(tasks, (index, worker) -> runs.incrementAndGet(index));
        for (int i = 0; i < tasks; i++) {
          assertThat(runs.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aSecondThreadTakesPart() {
    try (WorkerPool pool = new WorkerPool(2)) {
      CountDownLatch both = new CountDownLatch(2);
      Set<Integer> workers = ConcurrentHashMap.newKeySet();
      pool.run(
          2,
          (index, worker) -> {
            workers.add(worker);
            both.countDown();
            await(both); // returns only if the other task runs at the same time
          });
      assertThat(workers).containsExactlyInAnyOrder(0, 1);
    }
  }

  @Test
  void workersAreWokenAgainAfterTheyHaveParked() throws Exception {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int repeat = 0; repeat < 20; repeat++) {
        Thread.sleep(2); // longer than they spin
        CountDownLatch both = new CountDownLatch(2);
        pool.run(
            2,
            (index, worker) -> {
              both.countDown();
              await(both);
            });
        assertThat(both.getCount()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void anExceptionReachesTheCallerAndThePoolLivesOn(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      100,
                      (index, worker) -> {
                        if (index == 37) {
                          throw new IllegalStateException("task 37");
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("task 37");
      LongAdder sum = new LongAdder();
      pool.run(10, (index, worker) -> sum.add(index));
      assertThat(sum.sum()).isEqualTo(45);
    }
  }

  @Test
  void callersFromSeveralThreadsTakeTurns() throws Exception {
    try (WorkerPool pool = new WorkerPool(2);
        ExecutorService callers = Executors.newFixedThreadPool(4)) {
      int[] perWorker = new int[2 * 64]; // two workers never share an index, so plain adds suffice
      for (int caller = 0; caller < 4; caller++) {
        callers.execute(
            () -> {
              for (int repeat = 0; repeat < 500; repeat++) {
                pool.run(10, (index, worker) -> perWorker[worker * 64]++);
              }
            });
      }
      callers.shutdown();
      assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(perWorker[0] + perWorker[64]).isEqualTo(4 * 500 * 10);
    }
  }

  @Test
  void aClosedPoolRefusesWorkAndItsThreadsEnd() throws Exception {
    WorkerPool pool = new WorkerPool(2);
    Thread[] worker = new Thread[1];
    CountDownLatch both = new CountDownLatch(2);
    pool.run(
        2,
        (index, number) -> {
          if (number == 1) {
            worker[0] = Thread.currentThread();
          }
          both.countDown();
          await(both);
        });
    pool.close();
    pool.close();
    worker[0].join(10_000);
    assertThat(worker[0].isAlive()).isFalse();
    assertThatThrownBy(() -> pool.run(1, (index, number) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
