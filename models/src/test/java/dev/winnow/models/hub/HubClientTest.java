package dev.winnow.models.hub;

import static dev.winnow.models.hub.FakeHub.COMMIT;
import static dev.winnow.models.hub.FakeHub.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubClientTest {
  @TempDir Path cache;
  private FakeHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = FakeHub.withModel();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void aPullWritesTheTreeThatPythonWrites() throws IOException {
    Path snapshot = pull(ProgressListener.silent());

    // What hf_hub_download of huggingface_hub 2.4.0 leaves, but for its CACHEDIR.TAG.
    String repository = "models--tiny-org--tiny.model";
    assertThat(tree())
        .containsExactlyInAnyOrder(
            ".locks/" + repository + "/" + hub.etag("config.json") + ".lock",
            ".locks/" + repository + "/" + hub.etag("tokenizer.json") + ".lock",
            ".locks/" + repository + "/" + hub.etag("model.safetensors") + ".lock",
            repository + "/blobs/" + hub.etag("config.json"),
            repository + "/blobs/" + hub.etag("tokenizer.json"),
            repository + "/blobs/" + hub.etag("model.safetensors"),
            repository + "/refs/main",
            repository + "/snapshots/" + COMMIT + "/config.json",
            repository + "/snapshots/" + COMMIT + "/tokenizer.json",
            repository + "/snapshots/" + COMMIT + "/model.safetensors");
    assertThat(snapshot).isEqualTo(cache.resolve(repository).resolve("snapshots").resolve(COMMIT));
    assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
        .isEqualTo(Path.of("../../blobs").resolve(hub.etag("model.safetensors")));
    assertThat(cache.resolve(repository + "/refs/main")).hasContent(COMMIT);
    assertThat(snapshot.resolve("model.safetensors"))
        .hasBinaryContent(hub.files.get("model.safetensors"));
    assertThat(new HubCache(cache).find(MODEL)).contains(snapshot);
  }

  @Test
  void aSecondPullDownloadsNothing() {
    pull(ProgressListener.silent());
    hub.seen.clear();
    List<String> events = new ArrayList<>();

    pull(recording(events));

    assertThat(hub.seen).extracting(FakeHub.Seen::path).allMatch(p -> p.startsWith("/api/"));
    assertThat(events)
        .contains("start model.safetensors 100003 100003", "finish model.safetensors");
  }

  @Test
  void theTokenGoesToTheHubAndNotToTheServerItRedirectsTo() {
    pull(ProgressListener.silent());

    assertThat(hub.seen)
        .filteredOn(s -> s.server().equals("hub"))
        .isNotEmpty()
        .allMatch(s -> "Bearer hf_secret".equals(s.authorization()));
    assertThat(hub.seen)
        .filteredOn(s -> s.server().equals("content"))
        .isNotEmpty()
        .allMatch(s -> s.authorization() == null);
  }

  @Test
  void aListenerSeesEveryByteOnce() {
    List<String> events = new ArrayList<>();
    pull(recording(events));

    assertThat(events)
        .filteredOn(e -> e.startsWith("start"))
        .containsExactly(
            "start config.json 22 0",
            "start tokenizer.json 2 0",
            "start model.safetensors 100003 0");
    assertThat(
            events.stream()
                .filter(e -> e.startsWith("+"))
                .mapToLong(e -> Long.parseLong(e.substring(1)))
                .sum())
        .isEqualTo(22 + 2 + 100_003);
  }

  @Test
  void relativeRedirectsAreFollowed() {
    hub.onContent("config.json", FakeHub.status(307, "Location", "config.json?again=1"));

    assertThat(pull(ProgressListener.silent()).resolve("config.json"))
        .hasBinaryContent(hub.files.get("config.json"));
  }

  @Test
  void anEmptyFileIsAFile() {
    hub.files.put("merges.txt", new byte[0]);

    assertThat(pull(ProgressListener.silent()).resolve("merges.txt")).isEmptyFile();
  }

  @Test
  void twoPullsAtOnceShareOneDownload() throws Exception {
    Callable<Path> pull = () -> pull(ProgressListener.silent());
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (Future<Path> done : threads.invokeAll(List.of(pull, pull))) {
        assertThat(done.get().resolve("model.safetensors"))
            .hasBinaryContent(hub.files.get("model.safetensors"));
      }
    }
    assertThat(hub.contentRequests("model.safetensors")).hasSize(1);
  }

  @Test
  void aGgufFileIsFetchedAloneAndReturned() {
    hub.files.clear();
    hub.files.put("m.Q4_0.gguf", FakeHub.bytes(20_001));
    hub.files.put("m.Q8_0.gguf", FakeHub.bytes(30_001));

    try (HubClient client = hub.client(cache)) {
      Path file = client.pull(MODEL, Optional.of("m.Q8_0.gguf"), ProgressListener.silent());
      assertThat(file).hasFileName("m.Q8_0.gguf").hasSize(30_001);
      assertThat(file.resolveSibling("m.Q4_0.gguf")).doesNotExist();
    }
  }

  @Test
  void offlineIsAnErrorThatSaysWhatWouldBeNeeded() {
    HubSettings settings = new HubSettings(cache, Optional.empty(), hub.endpoint(), true);
    try (HubClient client = new HubClient(settings, FakeHub.HASTY)) {
      assertThatThrownBy(() -> client.pull(MODEL, ProgressListener.silent()))
          .isInstanceOf(HubException.class)
          .hasMessageContainingAll(
              "tiny-org/tiny.model", "HF_HUB_OFFLINE", "models--tiny-org--tiny.model");
    }
    assertThat(hub.seen).isEmpty();
  }

  private Path pull(ProgressListener listener) {
    try (HubClient client = hub.client(cache)) {
      return client.pull(MODEL, listener);
    }
  }

  private List<String> tree() throws IOException {
    try (Stream<Path> paths = Files.walk(cache)) {
      return paths.filter(Files::isRegularFile).map(p -> cache.relativize(p).toString()).toList();
    }
  }

  private static ProgressListener recording(List<String> events) {
    return new ProgressListener() {
      @Override
      public void fileStarted(String name, long size, long present) {
        events.add("start %s %d %d".formatted(name, size, present));
      }

      @Override
      public void advanced(long bytes) {
        events.add("+" + bytes);
      }

      @Override
      public void fileFinished(String name) {
        events.add("finish " + name);
      }
    };
  }
}
