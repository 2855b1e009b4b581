package dev.winnow.bench.ablate;

import java.util.ServiceLoader;

/** The backends in this process's class path. */
public final class SweepBackends {
  private SweepBackends() {}

  /**
   * The backend called {@code name}.
   *
   * @throws IllegalArgumentException if it is not built in, saying how to get it
   */
  public static SweepBackend find(String name) {
    for (SweepBackend backend : ServiceLoader.load(SweepBackend.class)) {
      if (backend.name().equals(name)) {
        return backend;
      }
    }
    throw new IllegalArgumentException(
        "--%s is not built in: it is no part of the product. WINNOW_%s=1 in the environment builds"
                .formatted(name, name.toUpperCase(java.util.Locale.ROOT))
            + " it, which fetches its libraries: run the same command again as 'WINNOW_%s=1 ./winnow"
                .formatted(name.toUpperCase(java.util.Locale.ROOT))
            + " ablate --%s ...'".formatted(name));
  }
}
