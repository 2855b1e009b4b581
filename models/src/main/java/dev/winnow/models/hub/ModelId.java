package dev.winnow.models.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model repository and a revision of it.
 *
 * @param organisation the part before the slash
 * @param name the part after it
 * @param revision branch, tag or commit; {@code main} by default
 */
public record ModelId(String organisation, String name, String revision) {
  /** The branch meant when none is named. */
  public static final String DEFAULT_REVISION = "main";

  // The hub's own rules; without "--" the cache folder models--ORG--NAME stays unambiguous.
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * Checks the syntax.
   *
   * @throws HubException if a part could not be the name of a repository or revision
   */
  public ModelId {
    if (!isPart(organisation) || !isPart(name)) {
      throw new HubException(
          "'%s/%s' is not the name of a model repository: expected ORG/NAME of letters, digits,"
                  .formatted(organisation, name)
              + " '-', '_' and '.', such as HuggingFaceTB/SmolLM2-135M-Instruct");
    }
    if (!isRevision(revision)) {
      throw new HubException(
          "'%s' is not a revision of %s/%s: expected a branch, tag or commit such as main"
              .formatted(revision, organisation, name));
    }
  }

  /**
   * Parses {@code ORG/NAME} or {@code ORG/NAME@REVISION}.
   *
   * @throws HubException if it is neither
   */
  public static ModelId parse(String text) {
    int at = text.indexOf('@');
    String repository = at < 0 ? text : text.substring(0, at);
    String revision = at < 0 ? DEFAULT_REVISION : text.substring(at + 1);
    int slash = repository.indexOf('/');
    if (slash < 0) {
      throw new HubException(
          "'%s' is not the name of a model repository: expected ORG/NAME or ORG/NAME@REVISION"
              .formatted(text));
    }
    return new ModelId(repository.substring(0, slash), repository.substring(slash + 1), revision);
  }

  /** The id, or empty when the text does not have the syntax of one. */
  static Optional<ModelId> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (HubException e) {
      return Optional.empty();
    }
  }

  /** {@code ORG/NAME}. */
  public String repository() {
    return organisation + "/" + name;
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  private static boolean isPart(String part) {
    return PART.matcher(part).matches()
        && !part.contains("--")
        && !part.contains("..")
        && !part.endsWith(".")
        && !part.endsWith("-")
        && !part.endsWith(".git");
  }

  private static boolean isRevision(String revision) {
    return REVISION.matcher(revision).matches()
        && !revision.contains("..")
        && !revision.contains("//")
        && !revision.contains("/.")
        && !revision.endsWith("/")
        && !revision.endsWith(".");
  }

  /** {@code ORG/NAME}, with {@code @REVISION} unless that is the default. */
  @Override
  public String toString() {
    return revision.equals(DEFAULT_REVISION) ? repository() : repository() + "@" + revision;
  }
}
