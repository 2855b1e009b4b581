package dev.winnow.models.hub;

import static dev.winnow.models.hub.FakeHub.COMMIT;
import static dev.winnow.models.hub.FakeHub.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hub or the network can do wrong. */
class HubClientFailureTest {
  private static final String WEIGHTS = "model.safetensors";

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
  void aDownloadThatIsCutOffGoesOnWhereItStopped() {
    hub.onContent(WEIGHTS, FakeHub.cutAfter(40_000), FakeHub.cutAfter(50_000));

    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(hub.contentRequests(WEIGHTS))
        .extracting(FakeHub.Seen::range)
        .containsExactly(null, "bytes=40000-", "bytes=90000-");
  }

  @Test
  void cutOffsDoNotAddUpWhileADownloadMovesOn() {
    hub.files.put(WEIGHTS, FakeHub.bytes(5_000_001));
    FakeHub.Trick afterMore = FakeHub.cutAfter(1_100_000); // more than 1 MiB
    hub.onContent(WEIGHTS, afterMore, afterMore, afterMore, afterMore);

    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(hub.contentRequests(WEIGHTS)).hasSize(5);
  }

  @Test
  void aHubThatAcceptsButNeverAnswersIsGivenUp() {
    hub.onListing(hub.silence(), hub.silence(), hub.silence());
    RetryPolicy impatient =
        new RetryPolicy(
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            3,
            Duration.ofMillis(1),
            Duration.ofSeconds(1));

    try (HubClient client = new HubClient(hub.settings(cache), impatient)) {
      assertThatThrownBy(() -> client.pull(MODEL, ProgressListener.silent()))
          .isInstanceOf(HubException.class)
          .hasMessageContainingAll("3 times", "no answer within 50 ms");
    }
  }

  @Test
  void aDownloadThatFailedForGoodGoesOnInTheNextPull() {
    hub.onContent(
        WEIGHTS, FakeHub.cutAfter(10_000), FakeHub.cutAfter(10_000), FakeHub.cutAfter(10_000));
    pullFails().hasMessageContainingAll("downloading model.safetensors", "3 times");
    assertThat(visible(WEIGHTS)).doesNotExist();
    assertThat(new HubCache(cache).find(MODEL)).isEmpty();
    hub.seen.clear();

    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(hub.contentRequests(WEIGHTS))
        .extracting(FakeHub.Seen::range)
        .containsExactly("bytes=30000-");
  }

  @Test
  void aServerWithoutRangesMakesItStartOver() {
    List<Long> lost = new ArrayList<>();
    hub.onContent(WEIGHTS, FakeHub.cutAfter(40_000), FakeHub.whole(hub.files.get(WEIGHTS)));
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void advanced(long bytes) {
            if (bytes < 0) {
              lost.add(bytes);
            }
          }
        };

    try (HubClient client = hub.client(cache)) {
      assertThat(client.pull(MODEL, listener).resolve(WEIGHTS))
          .hasBinaryContent(hub.files.get(WEIGHTS));
    }
    assertThat(lost).containsExactly(-40_000L);
  }

  @Test
  void aRangeThatCannotBeServedMakesItStartOver() {
    hub.onContent(WEIGHTS, FakeHub.cutAfter(40_000), FakeHub.status(416));

    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void anExpiredAddressOfTheContentServerIsAskedForAgain() {
    hub.onContent(WEIGHTS, FakeHub.status(403));

    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
  }

  @Test
  void aStalledBodyIsGivenUpAndResumed() {
    hub.onContent(WEIGHTS, hub.stallAfter(30_000));
    RetryPolicy impatient =
        new RetryPolicy(
            Duration.ofSeconds(5),
            Duration.ofMillis(300),
            3,
            Duration.ofMillis(1),
            Duration.ofSeconds(1));

    try (HubClient client = new HubClient(hub.settings(cache), impatient)) {
      assertThat(client.pull(MODEL, ProgressListener.silent()).resolve(WEIGHTS))
          .hasBinaryContent(hub.files.get(WEIGHTS));
    }
    assertThat(hub.contentRequests(WEIGHTS))
        .extracting(FakeHub.Seen::range)
        .containsExactly(null, "bytes=30000-");
  }

  @Test
  void anInterruptEndsThePullAndTheNextOneResumes() throws InterruptedException {
    hub.onContent(WEIGHTS, hub.stallAfter(30_000));
    CountDownLatch receiving = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    long[] received = {0};
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void advanced(long bytes) {
            received[0] += bytes;
            if (received[0] == 22 + 2 + 30_000) {
              receiving.countDown();
            }
          }
        };
    Thread puller =
        new Thread(
            () -> {
              try (HubClient client = hub.client(cache)) {
                client.pull(MODEL, listener);
              } catch (HubException e) {
                flag.set(Thread.currentThread().isInterrupted());
                failure.set(e);
              }
            });
    puller.start();
    receiving.await();
    puller.interrupt();
    puller.join();

    assertThat(failure.get()).hasMessageContaining("interrupted");
    assertThat(flag.get()).isTrue();
    assertThat(visible(WEIGHTS)).doesNotExist();
    hub.seen.clear();
    assertThat(pull().resolve(WEIGHTS)).hasBinaryContent(hub.files.get(WEIGHTS));
    assertThat(hub.contentRequests(WEIGHTS))
        .extracting(FakeHub.Seen::range)
        .containsExactly("bytes=30000-");
  }

  @Test
  void aBusyHubIsAskedAgainAfterThePauseItWishes() {
    List<String> lines = new ArrayList<>();
    hub.onListing(FakeHub.status(429, "Retry-After", "1"), FakeHub.status(503));

    try (HubClient client = hub.client(cache)) {
      client.pull(
          MODEL,
          new ProgressListener() {
            @Override
            public void status(String line) {
              lines.add(line);
            }
          });
    }
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("429").contains("1000 ms");
    assertThat(lines.get(1)).contains("503").contains("2 ms");
  }

  @Test
  void aPauseThatIsTooLongIsNotWaitedFor() {
    hub.onListing(FakeHub.status(429, "Retry-After", "86400"));

    pullFails().hasMessageContainingAll("429", "86400 s", "3 s");
  }

  @Test
  void aHubThatStaysDownIsGivenUp() {
    hub.onListing(FakeHub.status(500), FakeHub.status(502), FakeHub.status(503));

    pullFails().hasMessageContainingAll("3 times", "503", "HF_ENDPOINT");
  }

  @Test
  void nobodyAtTheEndpointIsAnError() {
    hub.close();

    pullFails().hasMessageContainingAll("listing tiny-org/tiny.model", "HF_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aGatedModelNamesItsPageAndTheTokenVariable(int status) {
    hub.onContent("config.json", FakeHub.status(status, "X-Error-Code", "GatedRepo"));

    pullFails()
        .hasMessageContainingAll(
            "tiny-org/tiny.model",
            Integer.toString(status),
            hub.endpoint() + "/tiny-org/tiny.model",
            "license",
            "HF_TOKEN",
            "does not give access")
        .hasMessageNotContaining("hf_secret");
  }

  @Test
  void withoutATokenTheMessageSaysSo() {
    hub.onListing(FakeHub.status(401));
    HubSettings settings = new HubSettings(cache, Optional.empty(), hub.endpoint(), false);

    try (HubClient client = new HubClient(settings, FakeHub.HASTY)) {
      assertThatThrownBy(() -> client.pull(MODEL, ProgressListener.silent()))
          .isInstanceOf(HubException.class)
          .hasMessageContaining("no token was sent (HF_TOKEN is not set)");
    }
    assertThat(hub.seen).allMatch(s -> s.authorization() == null);
  }

  @Test
  void anUnknownModelIsNotFound() {
    try (HubClient client = hub.client(cache)) {
      assertThatThrownBy(
              () -> client.pull(ModelId.parse("tiny-org/typo"), ProgressListener.silent()))
          .isInstanceOf(HubException.class)
          .hasMessageContainingAll("no model tiny-org/typo", "404", "spelling");
    }
  }

  @Test
  void anUnknownRevisionIsNotFound() {
    hub.onListing(FakeHub.status(404, "X-Error-Code", "RevisionNotFound"));

    pullFails().hasMessageContaining("tiny-org/tiny.model has no revision 'main'");
  }

  @ParameterizedTest
  @ValueSource(strings = {WEIGHTS, "config.json"})
  void contentWithAnotherHashIsRefusedAndNothingIsLeft(String file) {
    byte[] tampered = hub.files.get(file).clone();
    tampered[7] ^= 1;
    hub.onContent(file, FakeHub.whole(tampered));

    pullFails().hasMessageContainingAll(file, "damaged", hub.etag(file));
    assertThat(visible(file)).doesNotExist();
    Path blobs = cache.resolve("models--tiny-org--tiny.model/blobs");
    assertThat(blobs.resolve(hub.etag(file))).doesNotExist();
    assertThat(blobs.resolve(hub.etag(file) + ".incomplete")).doesNotExist();
    assertThat(cache.resolve("models--tiny-org--tiny.model/refs")).doesNotExist();
  }

  @Test
  void moreBytesThanAnnouncedAreRefused() {
    hub.announce(WEIGHTS, "X-Linked-Size", "50000");

    pullFails().hasMessageContainingAll(WEIGHTS, "wrong size", "50000");
    assertThat(visible(WEIGHTS)).doesNotExist();
  }

  @Test
  void fewerBytesThanAnnouncedAreNeverAFile() {
    hub.announce(WEIGHTS, "X-Linked-Size", "100004");

    pullFails().hasMessageContainingAll("downloading model.safetensors", "3 times");
    assertThat(visible(WEIGHTS)).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "9223372036854775807", "many", "99999999999999999999"})
  void anAbsurdSizeIsRefusedBeforeAnythingIsFetched(String size) {
    hub.announce(WEIGHTS, "X-Linked-Size", size);

    pullFails().hasMessageContaining(size);
    assertThat(hub.contentRequests(WEIGHTS)).isEmpty();
  }

  @Test
  void aModelThatDoesNotFitOnTheDiskIsRefusedBeforeAnythingIsFetched() {
    hub.announce(WEIGHTS, "X-Linked-Size", Long.toString(15L << 40));

    pullFails().hasMessageContainingAll("15728640 MB", "free", "HF_HUB_CACHE");
    assertThat(hub.contentRequests("config.json")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.json",
        "/etc/passwd",
        "a/../../config.json",
        "a//b",
        "C:\\\\x",
        "a\\u0000b",
        "",
        "."
      })
  void aListingWithANameThatLeavesItsFolderIsRefused(String name) {
    hub.listed =
        "{\"sha\":\"%s\",\"siblings\":[{\"rfilename\":\"config.json\"},{\"rfilename\":\"%s\"}]}"
            .formatted(COMMIT, name);

    pullFails().hasMessageContaining("nothing was written");
    assertThat(hub.contentRequests("config.json")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "<html>", "{\"sha\":\"../x\",\"siblings\":[]}"})
  void aListingOfAnotherFormIsRefused(String listing) {
    hub.listed = listing;

    pullFails().hasMessageContainingAll("not that of a model hub", "HF_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "", "a/b", ".hidden"})
  void anEtagThatCannotNameABlobIsRefused(String etag) {
    hub.announce(WEIGHTS, "X-Linked-Etag", "\"" + etag + "\"");

    pullFails().hasMessageContaining("ETag");
  }

  @Test
  void anotherCommitThanTheListedOneIsRefused() {
    hub.announce("config.json", "X-Repo-Commit", "f".repeat(40));

    pullFails().hasMessageContainingAll("f".repeat(40), COMMIT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://127.0.0.1/x", "file:///etc/passwd", "http:", "not an address"})
  void aRedirectToSomethingElseThanTheWebIsRefused(String location) {
    hub.onListing(FakeHub.status(302, "Location", location));

    pullFails().hasMessageContainingAll("redirects to", location);
  }

  @Test
  void redirectsWithoutEndAreGivenUp() {
    FakeHub.Trick loop = FakeHub.status(302, "Location", "main");
    hub.onListing(Collections.nCopies(50, loop).toArray(FakeHub.Trick[]::new));

    pullFails().hasMessageContaining("redirects more than 10 times");
  }

  @Test
  void aCacheFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "not a folder");
    try (HubClient client = hub.client(file)) {
      assertThatThrownBy(() -> client.pull(MODEL, ProgressListener.silent()))
          .isInstanceOf(HubException.class)
          .hasMessageContainingAll(file.toString(), "cannot be written", "HF_HUB_CACHE");
    }
  }

  private Path pull() {
    try (HubClient client = hub.client(cache)) {
      return client.pull(MODEL, ProgressListener.silent());
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> pullFails() {
    try (HubClient client = hub.client(cache)) {
      return assertThatThrownBy(() -> client.pull(MODEL, ProgressListener.silent()))
          .isInstanceOf(HubException.class);
    }
  }

  private Path visible(String file) {
    return cache.resolve("models--tiny-org--tiny.model/snapshots").resolve(COMMIT).resolve(file);
  }
}
