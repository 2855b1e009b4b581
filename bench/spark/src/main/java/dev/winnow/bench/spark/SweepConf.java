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
  /** Losses of one task's executor after which its runs are given up; as Spark counts. */
  static final String MAX_FAILURES = "spark.task.maxFailures";

  private static final String LOCAL = "local(\\[[^\\[\\]]+\\])?";
  private static final Pattern MASTERS =
      Pattern.compile(LOCAL + "|local-cluster\\[[^\\[\\]]+\\]|[a-z0-9]+://.+|yarn");

  private final SweepBackend.Request request;
  private final Map<String, String> settings;

  SweepConf(SweepBackend.Request request, Map<String, String> settings) {
    this.request = request;
    this.settings = settings;
  }

  /**
   * The settings.
   *
   * @throws IllegalArgumentException if the master's address is not one
   */
  SparkConf build() {
    String master = request.master();
    if (!MASTERS.matcher(master).matches()) {
      throw new IllegalArgumentException(
          "--spark must be the address of a Spark master, such as spark://HOST:7077 or local[2]"
              + " for this process, got '%s'".formatted(master));
    }
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    conf.setMaster(master);
    conf.setIfMissing("spark.app.name", "winnow ablate " + request.ablation());
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // The limit is over all results of a job, though these are passed on as they come.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    conf.setIfMissing(MAX_FAILURES, "4");
    conf.set("spark.plugins", joined(conf, "spark.plugins", ExecutorsPlugin.class.getName()));
    if (request.threads() > 0) {
      conf.set("spark.task.cpus", Integer.toString(request.threads()));
    }
    if (master.startsWith("local")) {
      // Nothing but this machine takes part, whatever its name resolves to.
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    if (!master.matches(LOCAL)) {
      if (request.threads() > 0) {
        conf.setIfMissing("spark.executor.cores", Integer.toString(request.threads()));
      }
      SharedFiles.requireAbsolute(request.batches());
      if (!conf.contains("spark.jars")) {
        conf.set("spark.jars", String.join(",", ApplicationJars.find()));
      }
    }
    return conf;
  }

  private static String joined(SparkConf conf, String key, String more) {
    String given = conf.get(key, "");
    return given.isBlank() ? more : given + "," + more;
  }
}
