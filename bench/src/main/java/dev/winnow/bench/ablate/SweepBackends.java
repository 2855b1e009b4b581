package dev.winnow.bench.ablate;

import java.util.Locale;
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
    String variable = "WINNOW_" + name.toUpperCase(Locale.ROOT) + "=1";
    throw new IllegalArgumentException(
        "--%s is not built in: it is no part of the product. %s in the environment builds it,"
                .formatted(name, variable)
            + " which fetches its libraries: run the same command again as '%s ./winnow ablate"
                .formatted(variable)
            + " ... --%s ...'".formatted(name));
  }
}
