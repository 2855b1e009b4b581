package dev.winnow.models.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How to reach a Hugging Face hub and where its shared cache is.
 *
 * @param cacheDir folder that holds {@code models--org--name}
 * @param token access token, if there is one
 * @param endpoint scheme, host and port of the hub, without a trailing slash
 * @param offline whether the network must not be used
 */
public record HubSettings(Path cacheDir, Optional<String> token, URI endpoint, boolean offline) {
  private static final String PUBLIC_HUB = "https://huggingface.co";
  private static final Set<String> TRUE_VALUES = Set.of("1", "ON", "YES", "TRUE");
  private static final int LONGEST_TOKEN = 4096;

  /** Checks the values; the endpoint must be an absolute {@code http} or {@code https} URI. */
  public HubSettings {
    String scheme = endpoint.getScheme();
    if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new HubException(
          "HF_ENDPOINT: got '%s', expected an address such as %s".formatted(endpoint, PUBLIC_HUB));
    }
    // A token travels in a header: anything but visible ASCII could inject another one.
    token.ifPresent(HubSettings::checkToken);
  }

  /** From this process's environment. */
  public static HubSettings fromEnvironment() {
    return from(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /**
   * From an environment, by the rules of Python's {@code huggingface_hub}.
   *
   * @param environment variables such as {@code HF_HOME}
   * @param home the user's home folder
   * @throws HubException if a value cannot be used
   */
  public static HubSettings from(Map<String, String> environment, Path home) {
    Path hfHome =
        path(environment, "HF_HOME", home)
            .or(() -> path(environment, "XDG_CACHE_HOME", home).map(p -> p.resolve("huggingface")))
            .orElseGet(() -> home.resolve(".cache").resolve("huggingface"));
    Path cache =
        path(environment, "HF_HUB_CACHE", home)
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
            .orElseGet(() -> hfHome.resolve("hub"));
    Optional<String> token =
        value(environment, "HF_TOKEN")
            .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
            .or(
                () ->
                    tokenFile(
                        path(environment, "HF_TOKEN_PATH", home)
                            .orElseGet(() -> hfHome.resolve("token"))));
    return new HubSettings(
        cache,
        token,
        endpoint(value(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB)),
        isOffline(environment));
  }

  /**
   * Whether {@code HF_HUB_OFFLINE} or {@code TRANSFORMERS_OFFLINE} asks to stay off the network.
   */
  static boolean isOffline(Map<String, String> environment) {
    return value(environment, "HF_HUB_OFFLINE")
        .or(() -> value(environment, "TRANSFORMERS_OFFLINE"))
        .map(v -> TRUE_VALUES.contains(v.toUpperCase(Locale.ROOT)))
        .orElse(false);
  }

  static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  /** A folder named by a variable; a leading {@code ~} is the home folder. */
  static Optional<Path> path(Map<String, String> environment, String name, Path home) {
    return value(environment, name).map(v -> toPath(name, v, home));
  }

  private static Path toPath(String name, String value, Path home) {
    try {
      if (value.equals("~")) {
        return home;
      }
      return value.startsWith("~/") ? home.resolve(value.substring(2)) : Path.of(value);
    } catch (InvalidPathException e) {
      throw new HubException(
          "%s: '%s' is not a path; set it to a folder".formatted(name, value), e);
    }
  }

  private static URI endpoint(String value) {
    try {
      return URI.create(value.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new HubException(
          "HF_ENDPOINT: got '%s', expected an address such as %s".formatted(value, PUBLIC_HUB), e);
    }
  }

  private static Optional<String> tokenFile(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > LONGEST_TOKEN) {
        throw new HubException(
            "%s is not a token: it has %d bytes; set HF_TOKEN or HF_TOKEN_PATH"
                .formatted(file, Files.size(file)));
      }
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
      return Optional.of(text).filter(t -> !t.isEmpty());
    } catch (IOException e) {
      throw new HubException(
          "%s holds the hub token but cannot be read (%s); fix its permissions or set HF_TOKEN"
              .formatted(file, e),
          e);
    }
  }

  private static void checkToken(String token) {
    if (token.length() > LONGEST_TOKEN || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new HubException(
          "HF_TOKEN (or the token file): not a token; it must be one line of visible ASCII"
              + " characters such as hf_...");
    }
  }

  /** Everything but the token. */
  @Override
  public String toString() {
    return "HubSettings[cacheDir=%s, token=%s, endpoint=%s, offline=%s]"
        .formatted(cacheDir, token.isPresent() ? "(set)" : "(none)", endpoint, offline);
  }
}
