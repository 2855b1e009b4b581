package dev.winnow.models.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/**
 * libtorch in this process, started once.
 *
 * <p>OpenMP threads that spin after each call would steal the cores from the attention kernels'
 * threads, so the wait policy is set before libtorch loads; whoever sets {@code OMP_WAIT_POLICY} or
 * {@code GOMP_SPINCOUNT} themselves keeps their choice.
 */
public final class TorchRuntime {
  /** Long enough to bridge two calls in a layer, short enough not to compete with the kernels. */
  private static final String SPIN_COUNT = "2000";

  private static final class Holder {
    static final Engine ENGINE = start();

    private static Engine start() {
      if (System.getenv("OMP_WAIT_POLICY") == null) {
        NativeEnvironment.setIfAbsent("GOMP_SPINCOUNT", SPIN_COUNT);
      }
      setPropertyIfAbsent("ai.djl.offline", "true");
      setPropertyIfAbsent("OPT_OUT_TRACKING", "true");
      return Engine.getEngine("PyTorch");
    }

    private static void setPropertyIfAbsent(String name, String value) {
      if (System.getProperty(name) == null) {
        System.setProperty(name, value);
      }
    }
  }

  private TorchRuntime() {}

  /** A manager for native tensors on the CPU; close it to free them. */
  static PtNDManager newManager() {
    // The compiling executor specialises on shapes that change all the time here; it never pays.
    NDManager manager = Holder.ENGINE.newBaseManager(Device.cpu());
    JniUtils.setGraphExecutorOptimize(false);
    return (PtNDManager) manager;
  }

  /** Version of libtorch. */
  public static String version() {
    return Holder.ENGINE.getVersion();
  }

  /** Threads that one dense operation uses; process-wide. */
  static void setThreads(int threads) {
    if (Holder.ENGINE != null) {
      JniUtils.setNumThreads(threads);
    }
  }
}
