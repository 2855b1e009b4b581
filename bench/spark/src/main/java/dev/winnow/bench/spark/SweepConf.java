package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.SweepBackend;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * Spark's settings for a sweep. What a user sets, as system properties such as {@code
 * -Dspark.executor.memory=8g}, wins over what is chosen here.
 */
final class SweepConf {
  /** Losses of one task's executor at which its runs are given up; as Spark counts. */
  static final String MAX_FAILURES = "spark.task.maxFailures";

  private static final Pattern LOCAL = Pattern.compile("local(\\[[^\\[\\]]+\\])?");
  private static final Pattern ELSEWHERE =
      Pattern.compile("local-cluster\\[[^\\[\\]]+\\]|[a-z0-9]+://.+|yarn");

  private SweepConf() {}

  /** Whether executors are the driver's own process. */
  static boolean isLocal(String master) {
    return LOCAL.matcher(master).matches();
  }

  /**
   * The settings.
   *
   * @param more settings beside system properties
   * @throws IllegalArgumentException if the master's address is not one
   */
  static SparkConf of(SweepBackend.Options options, Map<String, String> more) {
    String master = options.master();
    if (!isLocal(master) && !ELSEWHERE.matcher(master).matches()) {
      throw new IllegalArgumentException(
          "--spark must be the address of a Spark master, such as spark://HOST:7077, or local[2]"
              + " for tasks in this process, got '%s'".formatted(master));
    }
    SparkConf conf = new SparkConf();
    more.forEach(conf::set);
    conf.setMaster(master);
    conf.setIfMissing("spark.app.name", "winnow ablate " + options.name());
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // The limit is over all results of a job, though these are passed on as they come.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    conf.setIfMissing(MAX_FAILURES, "4");
    String plugins = conf.get("spark.plugins", "");
    conf.set(
        "spark.plugins",
        (plugins.isBlank() ? "" : plugins + ",") + ExecutorsPlugin.class.getName());
    if (options.threads() > 0) {
      conf.set("spark.task.cpus", Integer.toString(options.threads()));
    }
    if (master.startsWith("local")) {
      // Nothing but this machine takes part, whatever its name resolves to.
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    if (!isLocal(master)) {
      if (options.threads() > 0) {
        conf.setIfMissing("spark.executor.cores", Integer.toString(options.threads()));
      }
      if (!conf.contains("spark.jars")) {
        conf.set("spark.jars", String.join(",", ApplicationJars.find()));
      }
    }
    return conf;
  }
}
