package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.checkpoint.CheckpointFormat;
import dev.winnow.models.hub.HubSettings;
import dev.winnow.models.hub.PypiSettings;
import dev.winnow.models.torch.TorchRuntime;
import java.util.ServiceLoader;

/** What this machine and this build offer. */
final class SystemReport {
  static final String WHY_CPU = "this version computes on the CPU only";

  private SystemReport() {}

  static ObjectNode of(Terminal terminal) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("winnow", Version.text());
    report.put(
        "java",
        "%s (%s), heap up to %s"
            .formatted(
                System.getProperty("java.vm.version"),
                System.getProperty("java.vm.vendor"),
                Stats.bytes(Runtime.getRuntime().maxMemory())));
    report.put(
        "os",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    report.put("cpu_cores", Runtime.getRuntime().availableProcessors());
    report.put("kernels", CpuKernels.describeVectors());
    report.put("device", "cpu").put("device_reason", WHY_CPU);
    report.put("djl", TorchRuntime.djlVersion());
    report.put("libtorch", libtorch());
    report.put(
        "winnow_cache",
        PypiSettings.from(terminal.environment(), terminal.home()).cacheDir().toString());
    report.put(
        "hugging_face_cache",
        HubSettings.from(terminal.environment(), terminal.home()).cacheDir().toString());
    Architectures.all().keySet().forEach(report.putArray("architectures")::add);
    ServiceLoader.load(CheckpointFormat.class).stream()
        .map(provider -> provider.get().name())
        .sorted()
        .forEach(report.putArray("formats")::add);
    ObjectNode list = report.putObject("techniques");
    Techniques techniques = Techniques.load();
    techniques
        .summaries()
        .forEach(
            (name, summary) ->
                list.putObject(name)
                    .put("summary", summary)
                    .set("parameters", Parameters.toJson(techniques.defaults(name, "info"))));
    return report;
  }

  /** The report is for finding out what is wrong, so a broken library must not end it. */
  private static String libtorch() {
    try {
      return TorchRuntime.version();
    } catch (RuntimeException | LinkageError e) {
      return "not usable: " + Failures.describe(e);
    }
  }
}
