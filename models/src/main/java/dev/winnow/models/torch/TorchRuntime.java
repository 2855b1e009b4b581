package dev.winnow.models.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/**
 * libtorch in this process, started once.
 *
 * <p>Every call computes on the calling thread alone; a {@code WorkerPool} shares the work out. The
 * OpenMP threads that libtorch would start either sleep between calls, and waking them costs more
 * than a decode step's products last, or spin on the cores that attention needs next.
 */
public final class TorchRuntime {
  private static final class Holder {
    static final Engine ENGINE = start();

    private static Engine start() {
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

  /** Whether the current thread was prepared. */
  private static final ThreadLocal<Boolean> PREPARED = new ThreadLocal<>();

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
   * Settings that libtorch keeps per calling thread: no OpenMP team, and no compiling executor,
   * because it specialises on shapes and those change all the time here.
   */
  static void prepareThread() {
    if (PREPARED.get() == null) {
      JniUtils.setGraphExecutorOptimize(false);
      JniUtils.setNumThreads(1);
      PREPARED.set(true);
    }
  }
}
