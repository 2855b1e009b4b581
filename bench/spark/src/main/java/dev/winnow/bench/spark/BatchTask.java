package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunExecutorFactory;
import dev.winnow.bench.ablate.RunLines;
import dev.winnow.bench.ablate.RunRecord;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskInterruptListener;
import scala.Function1;
import scala.collection.Iterator;

/**
 * What a task does on an executor: planned runs as JSON in, their records as JSON lines out.
 *
 * <p>It never throws for a run's sake. Spark counts a task's failures and ends the whole sweep at
 * the limit, so a batch that takes its executor down time and again is given up one before that,
 * with records that say so.
 */
final class BatchTask implements Function1<Iterator<String[]>, String[]>, Serializable {
  private static final long serialVersionUID = 1;

  private final RunExecutorFactory executors;
  private final int lossesAllowed;
  private final boolean shared;

  private BatchTask(RunExecutorFactory executors, int lossesAllowed, boolean shared) {
    this.executors = executors;
    this.lossesAllowed = lossesAllowed;
    this.shared = shared;
  }

  /**
   * The task of a sweep.
   *
   * @param local whether executors are the driver's own process
   */
  static BatchTask of(RunExecutorFactory executors, SparkConf conf, boolean local) {
    int failures = conf.getInt(SweepConf.MAX_FAILURES, 4);
    return new BatchTask(executors, Math.max(1, failures - 1), !local);
  }

  @Override
  public String[] apply(Iterator<String[]> partition) {
    List<PlannedRun> batch = Arrays.stream(partition.next()).map(PlannedRun::parse).toList();
    TaskContext task = TaskContext.get();
    List<RunRecord> records =
        task.attemptNumber() >= lossesAllowed
            ? failed(batch, run -> lost(task.attemptNumber()))
            : execute(batch, task);
    return records.stream().map(RunLines::line).toArray(String[]::new);
  }

  private List<RunRecord> execute(List<PlannedRun> batch, TaskContext task) {
    if (shared) {
      for (PlannedRun run : batch) {
        Optional<String> missing = SharedFiles.missing(run);
        if (missing.isPresent()) {
          return failed(batch, each -> missing.get());
        }
      }
    }
    SharedExecutors all = SharedExecutors.get();
    SharedExecutors.Lent one = null;
    boolean reusable = false;
    try {
      SharedExecutors.Lent lent = all.borrow(executors, task.cpus());
      one = lent;
      TaskInterruptListener cancel = (killed, reason) -> lent.cancellation().cancel();
      task.addTaskInterruptListener(cancel);
      List<RunRecord> records = one.executor().execute(batch);
      reusable = !one.cancellation().isCancelled();
      return records;
    } catch (CancellationException e) {
      throw e;
    } catch (Throwable e) {
      // An error thrown here would end the executor, or in local mode the whole process.
      return failed(batch, run -> e.toString());
    } finally {
      if (one != null && reusable) {
        all.giveBack(one);
      } else if (one != null) {
        all.discard(one);
      }
    }
  }

  private static List<RunRecord> failed(List<PlannedRun> batch, Function<PlannedRun, String> why) {
    return batch.stream().map(run -> FailedRuns.record(run, why.apply(run))).toList();
  }

  private static String lost(int times) {
    return ("its executor was lost %d times while it ran, which is as often as spark.task.maxFailures"
            + " allows; an executor ended by the system often lacks memory: models take their size"
            + " besides spark.executor.memory")
        .formatted(times);
  }
}
