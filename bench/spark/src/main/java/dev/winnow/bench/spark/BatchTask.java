package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.FailedRun;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunExecutorFactory;
import dev.winnow.bench.ablate.RunLines;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.engine.CancellationToken;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskInterruptListener;
import scala.Function1;
import scala.collection.Iterator;

/**
 * What a task does on an executor: planned runs as JSON in, their records as JSON lines out.
 *
 * <p>It never fails for a run's sake. Spark counts a task's failures and ends the whole sweep at
 * the limit, so a batch that takes its executor down time and again is given up one before that,
 * with records that say so.
 */
final class BatchTask implements Function1<Iterator<String[]>, String[]>, Serializable {
  private static final long serialVersionUID = 1;

  private final RunExecutorFactory executors;
  private final int lossesAllowed;
  private final boolean elsewhere;

  private BatchTask(RunExecutorFactory executors, int lossesAllowed, boolean elsewhere) {
    this.executors = executors;
    this.lossesAllowed = lossesAllowed;
    this.elsewhere = elsewhere;
  }

  /** The task of a sweep. */
  static BatchTask of(RunExecutorFactory executors, SparkConf conf) {
    int failures = conf.getInt(SweepConf.MAX_FAILURES, 4);
    return new BatchTask(
        executors, Math.max(1, failures - 1), !SweepConf.isLocal(conf.get("spark.master")));
  }

  @Override
  public String[] apply(Iterator<String[]> partition) {
    List<PlannedRun> batch = Arrays.stream(partition.next()).map(PlannedRun::parse).toList();
    TaskContext task = TaskContext.get();
    List<RunRecord> records =
        task.attemptNumber() >= lossesAllowed
            ? failed(batch, lost(task.attemptNumber()))
            : executeWhatIsHere(batch, task);
    return records.stream().map(RunLines::line).toArray(String[]::new);
  }

  private List<RunRecord> executeWhatIsHere(List<PlannedRun> batch, TaskContext task) {
    if (!elsewhere) {
      return execute(batch, task);
    }
    Map<PlannedRun, String> missing = new LinkedHashMap<>();
    batch.forEach(run -> SharedFiles.missing(run).ifPresent(what -> missing.put(run, what)));
    List<PlannedRun> able = batch.stream().filter(run -> !missing.containsKey(run)).toList();
    List<RunRecord> records = new ArrayList<>();
    missing.forEach((run, what) -> records.add(FailedRun.of(run, what)));
    if (!able.isEmpty()) {
      records.addAll(execute(able, task));
    }
    return records;
  }

  private List<RunRecord> execute(List<PlannedRun> batch, TaskContext task) {
    CancellationToken cancellation = new CancellationToken();
    TaskInterruptListener cancel = (killed, reason) -> cancellation.cancel();
    task.addTaskInterruptListener(cancel);
    try {
      return SharedExecutors.get()
          .use(executors, task.cpus(), cancellation, executor -> executor.execute(batch));
    } catch (CancellationException e) {
      throw e;
    } catch (Throwable e) {
      // Thrown here, an error would end the executor, or in local mode the whole process.
      return failed(batch, e.toString());
    }
  }

  private static List<RunRecord> failed(List<PlannedRun> batch, String error) {
    return batch.stream().map(run -> FailedRun.of(run, error)).toList();
  }

  private static String lost(int times) {
    return ("its executor was lost %d times while it ran, which is as often as spark.task.maxFailures"
            + " allows; an executor that the system ends often lacks memory: models take their size"
            + " besides spark.executor.memory")
        .formatted(times);
  }
}
