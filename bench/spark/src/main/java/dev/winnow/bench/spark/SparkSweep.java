package dev.winnow.bench.spark;

import com.google.auto.service.AutoService;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunLines;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * Runs an ablation on Apache Spark, a batch a task. Records reach the driver as their batch ends,
 * so a lost executor costs the batches it had not finished, which Spark gives to others.
 */
@AutoService(SweepBackend.class)
public final class SparkSweep implements SweepBackend {
  private static final int POLL_MS = 100;
  // A context that ends by itself fails its jobs, but not one that came while it was ending.
  private static final int POLLS_AFTER_END = 50;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Map<String, String> settings;

  /** With Spark's settings from system properties. */
  public SparkSweep() {
    this(Map.of());
  }

  /** With {@code settings} besides. */
  SparkSweep(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
  }

  @Override
  public String name() {
    return "spark";
  }

  @Override
  public void run(List<List<PlannedRun>> batches, Options options, Predicate<RunRecord> ended) {
    SparkConf conf = SweepConf.of(options, settings);
    if (!SweepConf.isLocal(options.master())) {
      SharedFiles.requireAbsolute(batches);
    }
    if (batches.isEmpty()) {
      return;
    }
    BlockingQueue<String[]> arrived = new LinkedBlockingQueue<>();
    try (JavaSparkContext spark = start(conf)) {
      SimpleFutureAction<BoxedUnit> job = submit(spark, batches, options, arrived);
      try {
        await(spark, job, arrived, options, ended);
      } finally {
        if (!job.isCompleted() && !spark.sc().isStopped()) {
          job.cancel();
          awaitTasks(spark);
        }
      }
    }
  }

  private static JavaSparkContext start(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare.
      throw new IllegalStateException(
          "cannot start Spark with --spark %s: %s"
              .formatted(conf.get("spark.master"), Causes.of(e)),
          e);
    }
  }

  /** Starts a job with a partition for each batch, whose results go to {@code arrived}. */
  private static SimpleFutureAction<BoxedUnit> submit(
      JavaSparkContext spark,
      List<List<PlannedRun>> batches,
      Options options,
      BlockingQueue<String[]> arrived) {
    List<String[]> json = batches.stream().map(SparkSweep::toJson).toList();
    JavaRDD<String[]> partitions = spark.parallelize(json, json.size());
    // A killed task is interrupted, so that stopping does not wait for the end of a run.
    spark.setJobGroup("ablation", options.name(), true);
    return spark
        .sc()
        .submitJob(
            partitions.rdd(),
            BatchTask.of(options.executors(), spark.getConf()),
            CollectionConverters.asScala(
                    IntStream.range(0, json.size()).<Object>mapToObj(i -> i).toList())
                .toSeq(),
            (index, lines) -> {
              arrived.add(lines);
              return BoxedUnit.UNIT;
            },
            () -> BoxedUnit.UNIT);
  }

  private static String[] toJson(List<PlannedRun> batch) {
    return batch.stream().map(PlannedRun::toJson).toArray(String[]::new);
  }

  /** Passes records on until the job has ended. */
  private static void await(
      JavaSparkContext spark,
      SimpleFutureAction<BoxedUnit> job,
      BlockingQueue<String[]> arrived,
      Options options,
      Predicate<RunRecord> ended) {
    int pollsAfterEnd = 0;
    while (true) {
      // Asked before the queue is, so that what arrives in between is found in the next round.
      boolean completed = job.isCompleted();
      boolean cancelled = options.cancelled().getAsBoolean();
      String[] lines = poll(arrived, completed || cancelled ? 0 : POLL_MS);
      if (lines != null) {
        if (!passOn(lines, ended)) {
          return;
        }
      } else if (completed) {
        break;
      } else if (cancelled) {
        throw new CancellationException("stopped before all runs were done");
      } else if (spark.sc().isStopped() && ++pollsAfterEnd > POLLS_AFTER_END) {
        throw new IllegalStateException(masterIsGone(options));
      }
    }
    if (job.value().get().isFailure()) {
      Throwable cause = job.value().get().failed().get();
      throw new IllegalStateException(
          spark.sc().isStopped()
              ? masterIsGone(options) + ": " + Causes.of(cause)
              : "Spark ended the sweep: " + Causes.of(cause),
          cause);
    }
  }

  private static String masterIsGone(Options options) {
    return "Spark ended the sweep: the master %s cannot be reached, or has dropped it"
        .formatted(options.master());
  }

  /** Gives killed tasks the time of a step to end, so that their models can be closed. */
  private static void awaitTasks(JavaSparkContext spark) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end
        && Arrays.stream(spark.statusTracker().getExecutorInfos())
            .anyMatch(executor -> executor.numRunningTasks() > 0)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
    }
  }

  private static boolean passOn(String[] lines, Predicate<RunRecord> ended) {
    boolean more = true;
    for (String line : lines) {
      more &= ended.test(RunLines.parse("record of an executor", line));
    }
    return more;
  }

  private static String[] poll(BlockingQueue<String[]> arrived, long millis) {
    try {
      return arrived.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before all runs were done");
    }
  }
}
