package dev.winnow.models.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The two questions a download asks a hub: what is in a revision, and what is a file like. */
final class HubApi {
  private static final long LONGEST_LISTING = 64L << 20;
  private static final long LARGEST_SIDE_FILE = 1L << 30;
  private static final long LARGEST_WEIGHTS = 16L << 40;
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}");

  private final HubSettings settings;
  private final HubHttp http;
  private final ModelId id;
  private final HubErrors errors;

  /**
   * A revision.
   *
   * @param commit 40 hexadecimal digits
   * @param files all names, checked
   */
  record Listing(String commit, List<String> files) {}

  HubApi(HubSettings settings, HubHttp http, ModelId id) {
    this.settings = settings;
    this.http = http;
    this.id = id;
    this.errors = new HubErrors(settings, id);
  }

  Listing list() throws IOException, InterruptedException {
    URI uri =
        URI.create(
            "%s/api/models/%s/revision/%s"
                .formatted(settings.endpoint(), id.repository(), encode(id.revision())));
    try (HubAnswer answer = http.get(uri)) {
      errors.check(answer, http.isHub(answer.uri()));
      JsonNode json = new ObjectMapper().readTree(answer.readAll(LONGEST_LISTING));
      String commit = json.path("sha").asText();
      JsonNode siblings = json.path("siblings");
      if (!ModelId.isCommit(commit) || !siblings.isArray()) {
        throw notAHub(uri, "'sha' and 'siblings' are missing or malformed");
      }
      List<String> files =
          siblings
              .valueStream()
              .map(s -> FileNames.check(s.path("rfilename").asText(), uri.toString()))
              .toList();
      return new Listing(commit, files);
    } catch (JsonProcessingException e) {
      throw notAHub(uri, "it is not JSON");
    }
  }

  RemoteFile describe(String commit, String name) throws IOException, InterruptedException {
    String path =
        Arrays.stream(name.split("/")).map(HubApi::encode).collect(Collectors.joining("/"));
    URI uri =
        URI.create(
            "%s/%s/resolve/%s/%s".formatted(settings.endpoint(), id.repository(), commit, path));
    try (HubAnswer answer = http.head(uri)) {
      errors.check(answer, http.isHub(answer.uri()));
      Optional<String> served = answer.header("x-repo-commit");
      if (served.isPresent() && !served.get().equals(commit)) {
        throw new HubException(
            "%s serves commit '%s' instead of %s; check HF_ENDPOINT"
                .formatted(uri, FileNames.shown(served.get()), commit));
      }
      return new RemoteFile(name, uri, etag(uri, answer), size(name, uri, answer));
    }
  }

  HubErrors errors() {
    return errors;
  }

  private static String etag(URI uri, HubAnswer answer) {
    String etag =
        answer
            .header("x-linked-etag")
            .or(() -> answer.header("etag"))
            .map(e -> e.replaceFirst("^W/", "").replace("\"", ""))
            .orElse("");
    if (!ETAG.matcher(etag).matches()) {
      throw notAHub(uri, "its ETag '%s' cannot name a file".formatted(FileNames.shown(etag)));
    }
    return etag;
  }

  private static long size(String name, URI uri, HubAnswer answer) {
    String text =
        answer.header("x-linked-size").or(() -> answer.header("content-length")).orElse("");
    long limit = ModelFiles.isSideFile(name) ? LARGEST_SIDE_FILE : LARGEST_WEIGHTS;
    try {
      long size = Long.parseLong(text);
      if (size >= 0 && size <= limit) {
        return size;
      }
    } catch (NumberFormatException e) {
      throw notAHub(uri, "its size '%s' is not a number".formatted(FileNames.shown(text)));
    }
    throw new HubException(
        "%s announces a size of %s bytes; allowed are 0 to %d. Do not use this source"
            .formatted(uri, text, limit));
  }

  private static HubException notAHub(URI uri, String detail) {
    return new HubException(
        "the answer of %s is not that of a model hub: %s; check HF_ENDPOINT"
            .formatted(uri, detail));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
