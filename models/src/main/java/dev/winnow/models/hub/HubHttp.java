package dev.winnow.models.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to a hub. Redirects are followed by hand, because the token must go to the hub alone and
 * the headers that describe a file come with the redirect.
 */
final class HubHttp implements AutoCloseable {
  private static final int MAX_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HubSettings settings;
  private final RetryPolicy policy;
  private final HttpClient client;

  HubHttp(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(policy.connectTimeout())
            .build();
  }

  /** Headers of a file; stops at the redirect that already describes it. */
  HubAnswer head(URI uri) throws IOException, InterruptedException {
    return follow("HEAD", uri, OptionalLong.empty());
  }

  /** A whole answer. */
  HubAnswer get(URI uri) throws IOException, InterruptedException {
    return follow("GET", uri, OptionalLong.empty());
  }

  /** The rest of a file from an offset. */
  HubAnswer getFrom(URI uri, long offset) throws IOException, InterruptedException {
    return follow("GET", uri, offset == 0 ? OptionalLong.empty() : OptionalLong.of(offset));
  }

  private HubAnswer follow(String method, URI start, OptionalLong offset)
      throws IOException, InterruptedException {
    Map<String, String> described = new HashMap<>();
    URI uri = start;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(request(method, uri, offset));
      StallGuard body = new StallGuard(response.body(), policy.stallTimeout());
      Map<String, String> headers = headers(response);
      headers.forEach(
          (name, value) -> {
            if (name.startsWith("x-")) {
              described.putIfAbsent(name, value);
            }
          });
      headers.putAll(described);
      boolean redirect = REDIRECTS.contains(response.statusCode());
      boolean enough = method.equals("HEAD") && described.containsKey("x-linked-etag");
      if (!redirect || enough) {
        return new HubAnswer(uri, redirect ? 200 : response.statusCode(), headers, body);
      }
      body.close();
      uri = target(uri, headers.get("location"));
    }
    throw new HubException(
        "%s redirects more than %d times; check HF_ENDPOINT".formatted(start, MAX_REDIRECTS));
  }

  /** Waits for the headers; a request's own timeout may, from JDK 26 on, cover the body too. */
  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HttpRequest request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher());
    try {
      return answer.get(policy.stallTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw asIoException(e.getCause());
    } catch (TimeoutException e) {
      throw new HttpTimeoutException(
          "no answer within " + policy.stallTimeout().toMillis() + " ms");
    } finally {
      answer.cancel(true); // without effect when it has completed
    }
  }

  private static IOException asIoException(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }

  private HttpRequest request(String method, URI uri, OptionalLong offset) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("User-Agent", "winnow")
            // Sizes and offsets are those of the file, not of a compressed form.
            .header("Accept-Encoding", "identity");
    if (isHub(uri)) {
      settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t));
    }
    offset.ifPresent(o -> request.header("Range", "bytes=" + o + "-"));
    return request.build();
  }

  /** Whether the address is the configured hub itself, not a server it redirects to. */
  boolean isHub(URI uri) {
    URI hub = settings.endpoint();
    return hub.getScheme().equalsIgnoreCase(uri.getScheme())
        && hub.getHost().equalsIgnoreCase(uri.getHost())
        && hub.getPort() == uri.getPort();
  }

  private static URI target(URI from, String location) {
    if (location == null) {
      throw new HubException(
          "%s redirects without saying where; check HF_ENDPOINT".formatted(from));
    }
    URI target;
    try {
      target = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw badRedirect(from, location, e);
    }
    boolean http = "http".equals(target.getScheme());
    boolean https = "https".equals(target.getScheme());
    boolean downgrade = "https".equals(from.getScheme()) && http;
    if (target.getHost() == null || !(http || https) || downgrade) {
      throw badRedirect(from, location, null);
    }
    return target;
  }

  private static HubException badRedirect(URI from, String location, Throwable cause) {
    return new HubException(
        "%s redirects to '%s', which is refused: expected an http or https address, and none"
                .formatted(from, FileNames.shown(location))
            + " without encryption after one with it; check HF_ENDPOINT",
        cause);
  }

  private static Map<String, String> headers(HttpResponse<?> response) {
    Map<String, String> headers = new HashMap<>();
    response
        .headers()
        .map()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
    return headers;
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
