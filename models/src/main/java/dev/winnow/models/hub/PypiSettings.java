package dev.winnow.models.hub;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where models from Python wheels are kept.
 *
 * @param cacheDir Winnow's own cache folder
 * @param offline whether the network must not be used
 */
public record PypiSettings(Path cacheDir, boolean offline) {

  /** From this process's environment. */
  public static PypiSettings fromEnvironment() {
    return from(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /**
   * {@code WINNOW_CACHE}, else {@code XDG_CACHE_HOME/winnow}, else {@code ~/.cache/winnow}; offline
   * as {@code HF_HUB_OFFLINE} says.
   */
  public static PypiSettings from(Map<String, String> environment, Path home) {
    Path cache =
        HubSettings.path(environment, "WINNOW_CACHE", home)
            .or(
                () ->
                    HubSettings.path(environment, "XDG_CACHE_HOME", home)
                        .map(p -> p.resolve("winnow")))
            .orElseGet(() -> home.resolve(".cache").resolve("winnow"));
    return new PypiSettings(cache, HubSettings.isOffline(environment));
  }
}
