package dev.winnow.models.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A hub on the loopback interface that behaves like the real one, header for header, until told to
 * misbehave: weights (large files) redirect to a second server on another port, as to a content
 * network.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final ModelId MODEL = new ModelId("tiny-org", "tiny.model", "main");

  /** Fast enough for tests, slow enough for a loaded machine. */
  static final RetryPolicy HASTY =
      new RetryPolicy(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          3,
          Duration.ofMillis(1),
          Duration.ofSeconds(3));

  /** A request as it came in. */
  record Seen(String server, String method, String path, String authorization, String range) {}

  /** Answers one request in a special way; false for the ordinary way. */
  interface Trick {
    boolean play(HttpExchange exchange, byte[] content) throws IOException;
  }

  final Map<String, byte[]> files = new ConcurrentSkipListMap<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final CountDownLatch closed = new CountDownLatch(1);
  String listed = null;
  private final Map<String, Deque<Trick>> tricks = new ConcurrentHashMap<>();
  private final Map<String, String> overrides = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub;
  private final HttpServer content;

  FakeHub() throws IOException {
    hub = start("hub");
    content = start("content");
  }

  /** With a small checkpoint: the weights have 100,003 bytes. */
  static FakeHub withModel() throws IOException {
    FakeHub hub = new FakeHub();
    hub.files.put("config.json", "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("README.md", "read me".getBytes(StandardCharsets.UTF_8));
    hub.files.put("model.safetensors", bytes(100_003));
    return hub;
  }

  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(17).nextBytes(bytes);
    return bytes;
  }

  URI endpoint() {
    return uri(hub);
  }

  HubSettings settings(Path cache) {
    return new HubSettings(cache, Optional.of("hf_secret"), endpoint(), false);
  }

  HubClient client(Path cache) {
    return new HubClient(settings(cache), HASTY);
  }

  /** The next GETs of a file's content are answered by these, one each. */
  void onContent(String file, Trick... inTurn) {
    tricks.put(file, new ArrayDeque<>(Arrays.asList(inTurn)));
  }

  /** The next requests for the listing are answered by these, one each. */
  void onListing(Trick... inTurn) {
    onContent("(listing)", inTurn);
  }

  /** Announces a wrong value, such as {@code X-Linked-Size} of a file. */
  void announce(String file, String header, String value) {
    overrides.put(file + "|" + header, value);
  }

  List<Seen> contentRequests(String file) {
    return seen.stream()
        .filter(s -> s.method().equals("GET") && s.path().endsWith("/" + file))
        .filter(s -> s.server().equals(isLarge(file) ? "content" : "hub"))
        .toList();
  }

  String etag(String file) {
    byte[] content = files.get(file);
    if (isLarge(file)) {
      return hash("SHA-256", content);
    }
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] both = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, both, header.length, content.length);
    return hash("SHA-1", both);
  }

  static Trick status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
      return true;
    };
  }

  /** Sends so many bytes of what was asked for, then drops the connection. */
  static Trick cutAfter(int bytes) {
    return (exchange, content) -> {
      int from = offset(exchange);
      exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-/");
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
      exchange.getResponseBody().write(content, from, bytes);
      exchange.getResponseBody().flush();
      return true;
    };
  }

  /** Sends so many bytes, then nothing more until the hub closes. */
  Trick stallAfter(int bytes) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, bytes);
      exchange.getResponseBody().flush();
      awaitClose();
      return true;
    };
  }

  /** Never answers. */
  Trick silence() {
    return (exchange, content) -> {
      awaitClose();
      return true;
    };
  }

  private void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends all of something, whatever was asked for. */
  static Trick whole(byte[] instead) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, instead.length);
      exchange.getResponseBody().write(instead);
      return true;
    };
  }

  private HttpServer start(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            seen.add(
                new Seen(
                    name,
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestHeaders().getFirst("Range")));
            answer(name, exchange);
          }
        });
    server.start();
    return server;
  }

  private void answer(String server, HttpExchange exchange) throws IOException {
    String path =
        exchange.getRequestURI().getPath().replace("/resolve/main/", "/resolve/" + COMMIT + "/");
    String listing = "/api/models/" + MODEL.repository() + "/revision/main";
    String resolve = "/" + MODEL.repository() + "/resolve/" + COMMIT + "/";
    if (path.equals(listing)) {
      byte[] json = listing().getBytes(StandardCharsets.UTF_8);
      if (!trick("(listing)", exchange, json)) {
        whole(json).play(exchange, json);
      }
    } else if (path.startsWith(resolve) && files.containsKey(path.substring(resolve.length()))) {
      resolve(server, exchange, path.substring(resolve.length()));
    } else {
      status(404, "X-Error-Code", "RepoNotFound").play(exchange, new byte[0]);
    }
  }

  private void resolve(String server, HttpExchange exchange, String file) throws IOException {
    byte[] content = files.get(file);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (server.equals("hub")) {
      set(exchange, file, "X-Repo-Commit", COMMIT);
      set(exchange, file, "ETag", "\"" + etag(file) + "\"");
      if (isLarge(file)) {
        set(exchange, file, "X-Linked-Etag", "\"" + etag(file) + "\"");
        set(exchange, file, "X-Linked-Size", Integer.toString(content.length));
        set(exchange, file, "Location", uri(this.content) + exchange.getRequestURI().getPath());
        exchange.sendResponseHeaders(302, -1);
        return;
      }
    }
    if (head) {
      set(exchange, file, "Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
    } else if (!trick(file, exchange, content)) {
      int from = offset(exchange);
      if (from > 0) {
        String range = "bytes %d-%d/%d".formatted(from, content.length - 1, content.length);
        exchange.getResponseHeaders().set("Content-Range", range);
      }
      int length = content.length - from;
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
      exchange.getResponseBody().write(content, from, length);
    }
  }

  private boolean trick(String key, HttpExchange exchange, byte[] content) throws IOException {
    Deque<Trick> waiting = tricks.getOrDefault(key, new ArrayDeque<>());
    Trick next;
    synchronized (waiting) {
      next = waiting.poll();
    }
    return next != null && next.play(exchange, content);
  }

  private void set(HttpExchange exchange, String file, String header, String value) {
    exchange.getResponseHeaders().set(header, overrides.getOrDefault(file + "|" + header, value));
  }

  private String listing() {
    if (listed != null) {
      return listed;
    }
    return "{\"sha\":\"%s\",\"siblings\":[%s]}"
        .formatted(
            COMMIT,
            files.keySet().stream()
                .map(f -> "{\"rfilename\":\"" + f + "\"}")
                .collect(Collectors.joining(",")));
  }

  private boolean isLarge(String file) {
    return files.get(file).length > 10_000;
  }

  private static int offset(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replace("bytes=", "").replace("-", ""));
  }

  private static URI uri(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    content.stop(0);
    threads.shutdownNow();
  }
}
