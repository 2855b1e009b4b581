package dev.winnow.bench.spark;

import com.google.auto.service.AutoService;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunLines;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * Runs an ablation on Apache Spark, a batch a task. Records reach the driver one batch at a time,
 * so a lost executor costs the batches it had not finished, which Spark gives to others.
 */
@AutoService(SweepBackend.class)
public final class SparkSweep implements SweepBackend {
  private static final int POLL_MS = 100;

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
  public void run(Request request, Consumer<RunRecord> finished) {
    if (request.batches().isEmpty()) {
      return;
    }
    SparkConf conf = new SweepConf(request, settings).build();
    BlockingQueue<String[]> arrived = new LinkedBlockingQueue<>();
    try (JavaSparkContext spark = start(conf, request.master())) {
      SimpleFutureAction<BoxedUnit> job = submit(spark, request, arrived);
      try {
        await(job, arrived, request, finished);
      } finally {
        if (!job.isCompleted()) {
          job.cancel();
        }
      }
    }
  }

  private static JavaSparkContext start(SparkConf conf, String master) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) { // Scala throws checked exceptions that it does not declare.
      throw new IllegalStateException(
          "cannot start Spark with --spark %s: %s".formatted(master, Causes.of(e)), e);
    }
  }

  /** Starts a job with a partition for each batch, whose results go to {@code arrived}. */
  private static SimpleFutureAction<BoxedUnit> submit(
      JavaSparkContext spark, Request request, BlockingQueue<String[]> arrived) {
    List<String[]> batches = request.batches().stream().map(SparkSweep::toJson).toList();
    JavaRDD<String[]> partitions = spark.parallelize(batches, batches.size());
    // A killed task is interrupted, so that Ctrl-C need not wait for the end of a run.
    spark.setJobGroup("ablation", request.ablation(), true);
    return spark
        .sc()
        .submitJob(
            partitions.rdd(),
            BatchTask.of(request.executors(), spark.getConf(), spark.isLocal()),
            CollectionConverters.asScala(
                    IntStream.range(0, batches.size()).<Object>mapToObj(i -> i).toList())
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
      SimpleFutureAction<BoxedUnit> job,
      BlockingQueue<String[]> arrived,
      Request request,
      Consumer<RunRecord> finished) {
    while (true) {
      // Asked before the queue is: what arrives in between is found in the next round.
      boolean ended = job.isCompleted();
      String[] lines = poll(arrived, ended ? 0 : POLL_MS);
      if (lines != null) {
        for (String line : lines) {
          finished.accept(RunLines.parse("record of an executor", line));
        }
      } else if (ended) {
        break;
      } else if (request.cancellation().isCancelled()) {
        throw new CancellationException("stopped before all runs were done");
      }
    }
    Try<BoxedUnit> outcome = job.value().get();
    if (outcome.isFailure()) {
      throw new IllegalStateException(
          "Spark ended the sweep: " + Causes.of(outcome.failed().get()), outcome.failed().get());
    }
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
