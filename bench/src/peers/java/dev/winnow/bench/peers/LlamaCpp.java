package dev.winnow.bench.peers;

import dev.winnow.bench.grid.Contender;
import dev.winnow.bench.grid.GridTest;
import dev.winnow.bench.grid.PeerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * llama.cpp in a process of its own, so that neither engine's OpenMP settings nor its memory touch
 * the other's.
 */
final class LlamaCpp implements Contender {
  private static final int START_MILLIS = 120_000;
  private static final Pattern BUILD = Pattern.compile("build: (\\d+) \\((\\w+)\\)");
  private static final Pattern FEATURES = Pattern.compile("system_info:.*\\| CPU : (.*)");

  private final String name;
  private final Map<String, String> settings;
  private final Process process;
  private final Path log;
  private final Channel channel;
  private GridTest test;

  private LlamaCpp(
      String name, Map<String, String> settings, Process process, Path log, Channel channel) {
    this.name = name;
    this.settings = settings;
    this.process = process;
    this.log = log;
    this.channel = channel;
  }

  /** Starts the process and waits until its model is loaded. */
  static LlamaCpp start(String name, PeerFactory.Request request, boolean flashAttention) {
    Process process = null;
    Path log = null;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      log = Files.createTempFile("winnow-llama-cpp", ".log");
      process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LlamaCppProcess.class.getName(),
                  String.valueOf(server.getLocalPort()),
                  request.model().toString(),
                  String.valueOf(request.threads()),
                  request.kv().name(),
                  String.valueOf(request.context()),
                  String.valueOf(flashAttention))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Channel channel = accept(server, process, log);
      String ready = channel.ask("hello");
      if (!ready.equals("ready")) {
        throw new IllegalStateException("llama.cpp does not run here: " + ready);
      }
      return new LlamaCpp(name, settings(request, flashAttention, log), process, log, channel);
    } catch (IOException | RuntimeException e) {
      if (process != null) {
        process.destroy();
      }
      if (e instanceof RuntimeException already) {
        throw already;
      }
      throw new IllegalStateException("llama.cpp does not run here: " + e.getMessage(), e);
    }
  }

  private static Channel accept(ServerSocket server, Process process, Path log) throws IOException {
    server.setSoTimeout(200);
    for (int waited = 0; waited < START_MILLIS; waited += 200) {
      try {
        return new Channel(server.accept());
      } catch (SocketTimeoutException e) {
        if (!process.isAlive()) {
          break;
        }
      }
    }
    throw new IllegalStateException(
        "llama.cpp does not run here (it needs Linux x86-64 or arm64 with glibc and libgomp, macOS"
            + " or Windows); its log is "
            + log);
  }

  private static Map<String, String> settings(
      PeerFactory.Request request, boolean flashAttention, Path log) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    Matcher build = BUILD.matcher(text);
    Matcher features = FEATURES.matcher(text);
    settings.put(
        "version",
        (build.find() ? "b%s (%s)".formatted(build.group(1), build.group(2)) : "unknown")
            + " of Maven's de.kherud:llama");
    settings.put(
        "compiled_for",
        features.find() ? features.group(1).replaceAll(" = 1 \\| ?", " ").strip() : "unknown");
    settings.put("model", request.model().getFileName().toString());
    settings.put("kv", request.kv().name().toLowerCase(Locale.ROOT));
    settings.put("threads", String.valueOf(request.threads()));
    settings.put("flash_attn", flashAttention ? "on" : "off");
    return settings;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, String> settings() {
    return settings;
  }

  @Override
  public void prepare(GridTest next) {
    test = next;
    expect(channel.ask("prepare " + next.name()), "prepared");
  }

  @Override
  public Run run() {
    String[] words = expect(channel.ask("run"), "ran").split(" ");
    return new Run(Long.parseLong(words[1]), Integer.parseInt(words[2]), Work.UNKNOWN);
  }

  private String expect(String answer, String word) {
    if (!answer.startsWith(word)) {
      throw new IllegalStateException(
          "%s failed in %s: %s; its log is %s".formatted(name, test.name(), answer, log));
    }
    return answer;
  }

  @Override
  public void close() {
    channel.close();
    process.destroy();
    try {
      process.waitFor();
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
