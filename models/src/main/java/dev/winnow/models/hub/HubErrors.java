package dev.winnow.models.hub;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** What the statuses of a hub mean for a user. */
final class HubErrors {
  private final HubSettings settings;
  private final ModelId id;

  HubErrors(HubSettings settings, ModelId id) {
    this.settings = settings;
    this.id = id;
  }

  /**
   * Returns for a status of success.
   *
   * @param fromHub whether the hub itself answered, not a content server
   * @throws TransientException if it is worth another try
   * @throws HubException if not
   */
  void check(HubAnswer answer, boolean fromHub) throws TransientException {
    int status = answer.status();
    if (status == 200 || status == 206) {
      return;
    }
    // The addresses of content servers are signed and expire: the hub gives a new one.
    boolean expired = !fromHub && (status == 401 || status == 403);
    if (status == 408 || status == 416 || status == 429 || status >= 500 || expired) {
      throw new TransientException(
          "%s answered %d".formatted(host(answer.uri()), status),
          answer.header("retry-after").flatMap(HubErrors::retryAfter));
    }
    String code = answer.header("x-error-code").orElse("");
    if (status == 404 || code.equals("RepoNotFound") || code.equals("RevisionNotFound")) {
      throw notFound(status, code);
    }
    if (status == 401 || status == 403) {
      throw refused(status, answer.header("x-error-message"));
    }
    throw new HubException(
        "%s answered %d to the request for %s%s; check HF_ENDPOINT"
            .formatted(host(answer.uri()), status, id, said(answer.header("x-error-message"))));
  }

  /** The network is needed and not allowed. */
  HubException offline(HubCache cache) {
    return new HubException(
        "%s is not in the cache folder %s and HF_HUB_OFFLINE forbids fetching it from %s; unset"
                .formatted(id, cache.root(), settings.endpoint())
            + " HF_HUB_OFFLINE, or copy the folder %s from a machine that has it"
                .formatted(cache.folder(id).getFileName()));
  }

  private HubException notFound(int status, String code) {
    String what =
        code.equals("RevisionNotFound")
            ? "%s has no revision '%s'".formatted(id.repository(), id.revision())
            : "there is no model %s (or no revision '%s' of it)"
                .formatted(id.repository(), id.revision());
    return new HubException(
        "%s at %s (it answered %d); check the spelling at %s%s"
            .formatted(
                what,
                settings.endpoint(),
                status,
                page(),
                settings.token().isPresent()
                    ? ""
                    : ", and set HF_TOKEN if it is a private repository"));
  }

  private HubException refused(int status, Optional<String> message) {
    String token =
        settings.token().isPresent()
            ? "the token sent does not give access"
            : "no token was sent (HF_TOKEN is not set)";
    return new HubException(
        "%s is gated or private: %s answered %d and %s%s; accept its license at %s, then set HF_TOKEN"
                .formatted(
                    id.repository(), settings.endpoint(), status, token, said(message), page())
            + " to a token with read access from %s/settings/tokens"
                .formatted(settings.endpoint()));
  }

  private String page() {
    return settings.endpoint() + "/" + id.repository();
  }

  private static String said(Optional<String> message) {
    return message.map(m -> " (it says: " + FileNames.shown(m) + ")").orElse("");
  }

  private static String host(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority();
  }

  /** Seconds or a date. */
  private static Optional<Duration> retryAfter(String value) {
    try {
      return Optional.of(Duration.ofSeconds(Math.max(0, Long.parseLong(value.strip()))));
    } catch (NumberFormatException e) {
      return retryDate(value);
    }
  }

  private static Optional<Duration> retryDate(String value) {
    try {
      Instant date =
          ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), date);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
