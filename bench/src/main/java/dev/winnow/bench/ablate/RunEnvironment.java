package dev.winnow.bench.ablate;

import dev.winnow.bench.grid.BenchEnvironment;
import dev.winnow.engine.LanguageModel;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.torch.TorchRuntime;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where runs are done, as records keep it. */
final class RunEnvironment {
  /** The key of the checkpoint's fingerprint. */
  static final String FINGERPRINT = "fingerprint";

  private RunEnvironment() {}

  /** Without a model. */
  static Map<String, String> of(int threads) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("cpu", BenchEnvironment.cpuName());
    environment.put("cores", "" + Runtime.getRuntime().availableProcessors());
    environment.put("threads", "" + threads);
    environment.put("vectors", CpuKernels.describeVectors());
    environment.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    environment.put("libtorch", TorchRuntime.version());
    return environment;
  }

  /** With a model. */
  static Map<String, String> of(LanguageModel model, int threads) {
    Map<String, String> environment = of(threads);
    environment.put("kernels", model.kernels().describe());
    environment.put(FINGERPRINT, model.fingerprint());
    return environment;
  }
}
