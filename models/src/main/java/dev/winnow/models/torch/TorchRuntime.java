package dev.winnow.models.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
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

  /** The thread count that the current thread was prepared with. */
  private static final ThreadLocal<Integer> PREPARED = new ThreadLocal<>();

  private TorchRuntime() {}

  /** A manager for native tensors on the CPU; close it to free them. */
  static PtNDManager newManager() {
    return (PtNDManager) Holder.ENGINE.newBaseManager(Device.cpu());
  }

  /** Version of libtorch. */
  public static String version() {
    return Holder.ENGINE.getVersion();
  }

  /** Version of DJL; loads no native library. */
  public static String djlVersion() {
    return Engine.getDjlVersion();
  }

  /**
   * Settings that libtorch keeps per calling thread: the number of OpenMP threads, and no compiling
   * executor, because it specialises on shapes and those change all the time here.
   */
  static void prepareThread(int threads) {
    Integer prepared = PREPARED.get();
    if (prepared == null || prepared != threads) {
      JniUtils.setGraphExecutorOptimize(false);
      JniUtils.setNumThreads(threads);
      PREPARED.set(threads);
    }
  }
}
