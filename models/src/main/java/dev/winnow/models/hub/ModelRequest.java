package dev.winnow.models.hub;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Under which conditions a model is located.
 *
 * @param environment variables such as {@code HF_HOME} and {@code WINNOW_CACHE}
 * @param home the user's home folder
 * @param file the one GGUF file wanted of a repository that has several
 * @param allowDownload whether an absent model may be fetched
 * @param listener told about downloads
 */
public record ModelRequest(
    Map<String, String> environment,
    Path home,
    Optional<String> file,
    boolean allowDownload,
    ProgressListener listener) {

  /** Copies the environment. */
  public ModelRequest {
    environment = Map.copyOf(environment);
  }

  /** This process's environment, no file, downloads allowed, a silent listener. */
  public static ModelRequest fromEnvironment() {
    return new ModelRequest(
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        Optional.empty(),
        true,
        ProgressListener.silent());
  }

  /** With one GGUF file wanted. */
  public ModelRequest withFile(Optional<String> wanted) {
    return new ModelRequest(environment, home, wanted, allowDownload, listener);
  }

  /** With downloads allowed or not. */
  public ModelRequest withAllowDownload(boolean allowed) {
    return new ModelRequest(environment, home, file, allowed, listener);
  }

  /** With a listener. */
  public ModelRequest withListener(ProgressListener told) {
    return new ModelRequest(environment, home, file, allowDownload, told);
  }
}
