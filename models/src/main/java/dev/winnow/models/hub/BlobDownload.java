package dev.winnow.models.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Brings one file of a repository into the cache, resuming, checking, then publishing it. */
final class BlobDownload {
  private final ModelId id;
  private final HubCache cache;
  private final HubHttp http;
  private final HubErrors errors;
  private final Retry retry;
  private final ProgressListener listener;

  BlobDownload(
      ModelId id,
      HubCache cache,
      HubHttp http,
      HubErrors errors,
      Retry retry,
      ProgressListener listener) {
    this.id = id;
    this.cache = cache;
    this.http = http;
    this.errors = errors;
    this.retry = retry;
    this.listener = listener;
  }

  void fetch(RemoteFile file, String commit) throws IOException, InterruptedException {
    Path blob = cache.blob(id, file.etag());
    try (FileLocks.Held lock = FileLocks.acquire(cache.lock(id, file.etag()))) {
      // Looked up under the lock: another process may have fetched it meanwhile.
      if (Files.isRegularFile(blob) && Files.size(blob) == file.size()) {
        listener.fileStarted(file.name(), file.size(), file.size());
      } else {
        receive(file, blob);
      }
      cache.publish(id, commit, file.name(), file.etag());
    }
    listener.fileFinished(file.name());
  }

  private void receive(RemoteFile file, Path blob) throws IOException, InterruptedException {
    try (PartialBlob partial = PartialBlob.open(file, blob)) {
      listener.fileStarted(file.name(), file.size(), partial.position());
      retry.call(
          "downloading " + file.name(),
          partial::position,
          () -> {
            receiveRest(file, partial);
            return file;
          });
      if (!partial.isGenuine()) {
        partial.discard();
        throw new HubException(
            "%s of %s arrived damaged: its %d bytes do not have the hash %s; the download was"
                    .formatted(file.name(), id, file.size(), file.etag())
                + " deleted. Run it again; if it happens again, do not trust "
                + file.uri());
      }
      partial.finish(blob);
    }
  }

  private void receiveRest(RemoteFile file, PartialBlob partial)
      throws IOException, InterruptedException {
    long offset = partial.position();
    if (offset == file.size()) {
      return;
    }
    try (HubAnswer answer = http.getFrom(file.uri(), offset)) {
      if (answer.status() == 416) {
        startOver(partial);
      }
      errors.check(answer, http.isHub(answer.uri()));
      boolean resumed =
          answer.status() == 206
              && answer.header("content-range").orElse("").startsWith("bytes " + offset + "-");
      if (answer.status() == 206 && !resumed) {
        startOver(partial);
        throw new TransientException(
            "%s answered with another range".formatted(answer.uri().getAuthority()),
            Optional.empty());
      }
      if (!resumed && offset > 0) {
        startOver(partial);
      }
      List<ByteBuffer> piece;
      while (!(piece = answer.body().next()).isEmpty()) {
        for (ByteBuffer bytes : piece) {
          store(file, partial, bytes);
        }
      }
    }
    if (partial.position() < file.size()) {
      throw new TransientException(
          "it ended after %d of %d bytes".formatted(partial.position(), file.size()),
          Optional.empty());
    }
  }

  private void store(RemoteFile file, PartialBlob partial, ByteBuffer bytes)
      throws InterruptedException {
    int count = bytes.remaining();
    try {
      if (partial.position() + count > file.size()) {
        partial.discard();
        throw new HubException(
            "%s of %s has the wrong size: %d bytes were announced and more arrived; the download"
                    .formatted(file.name(), id, file.size())
                + " was deleted. Run it again; if it happens again, do not trust "
                + file.uri());
      }
      partial.append(bytes);
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException e) {
      throw cache.unusable(e);
    }
    listener.advanced(count);
  }

  private void startOver(PartialBlob partial) throws InterruptedException {
    long lost = partial.position();
    try {
      partial.restart();
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException e) {
      throw cache.unusable(e);
    }
    if (lost > 0) {
      listener.advanced(-lost);
    }
  }

  private static InterruptedException interrupted(IOException cause) {
    InterruptedException interrupted = new InterruptedException("interrupted while writing");
    interrupted.initCause(cause);
    return interrupted;
  }
}
