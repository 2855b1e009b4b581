package dev.winnow.bench.spark;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** Gives each of Spark's executors the models its tasks share, and closes them with it. */
public final class ExecutorsPlugin implements SparkPlugin {
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extra) {
        SharedExecutors.open();
      }

      @Override
      public void shutdown() {
        SharedExecutors.close();
      }
    };
  }
}
