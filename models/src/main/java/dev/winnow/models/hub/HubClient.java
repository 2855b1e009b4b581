package dev.winnow.models.hub;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Downloads models from a Hugging Face hub into the shared cache.
 *
 * <p>A file becomes visible in a snapshot only when its size and hash are right; the branch is
 * recorded last. What was received stays when a download breaks off, and the next one goes on
 * there.
 */
public final class HubClient implements AutoCloseable {
  private final HubSettings settings;
  private final RetryPolicy policy;
  private final HubCache cache;
  private final HubHttp http;

  /** For a hub and a cache folder. */
  public HubClient(HubSettings settings) {
    this(settings, RetryPolicy.DEFAULT);
  }

  HubClient(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
    this.cache = new HubCache(settings.cacheDir());
    this.http = new HubHttp(settings, policy);
  }

  /**
   * Fetches what is missing of a model.
   *
   * @return its snapshot folder, or its GGUF file if it has exactly one and no safetensors
   * @throws HubException if it cannot be fetched, also when the thread was interrupted, whose
   *     interrupt status is then set again
   */
  public Path pull(ModelId id, ProgressListener listener) {
    return pull(id, Optional.empty(), listener);
  }

  /**
   * Fetches one GGUF file of a model, or what is missing of all of it.
   *
   * @param file name of the GGUF file within the repository
   * @return the snapshot folder or the GGUF file
   * @throws HubException as {@link #pull(ModelId, ProgressListener)}
   */
  public Path pull(ModelId id, Optional<String> file, ProgressListener listener) {
    if (settings.offline()) {
      throw new HubErrors(settings, id).offline(cache);
    }
    try {
      Files.createDirectories(cache.folder(id));
      return fetch(id, file, listener);
    } catch (ClosedByInterruptException | InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException(
          "the download of %s was interrupted; run it again to go on where it stopped"
              .formatted(id),
          e);
    } catch (IOException e) {
      throw cache.unusable(e); // failures of the network were dealt with by Retry
    }
  }

  private Path fetch(ModelId id, Optional<String> file, ProgressListener listener)
      throws IOException, InterruptedException {
    Retry retry = new Retry(policy, listener);
    HubApi api = new HubApi(settings, http, id);
    HubApi.Listing listing =
        retry.call("listing %s at %s".formatted(id, settings.endpoint()), api::list);
    String commit = listing.commit();
    List<String> names = ModelFiles.choose(id, listing.files(), file);
    Path snapshot = cache.snapshot(id, commit);

    List<RemoteFile> missing = new ArrayList<>();
    for (String name : names) {
      Path visible = snapshot.resolve(name);
      if (Files.isRegularFile(visible)) {
        listener.fileStarted(name, Files.size(visible), Files.size(visible));
        listener.fileFinished(name);
      } else {
        missing.add(retry.call("asking for " + name, () -> api.describe(commit, name)));
      }
    }
    requireSpace(id, missing);
    BlobDownload download = new BlobDownload(id, cache, http, api.errors(), retry, listener);
    for (RemoteFile wanted : missing) {
      download.fetch(wanted, commit);
    }
    cache.writeRef(id, commit);
    String first = names.get(0);
    return names.size() == 1 && first.endsWith(ModelFiles.GGUF)
        ? snapshot.resolve(first)
        : snapshot;
  }

  private void requireSpace(ModelId id, List<RemoteFile> files) throws IOException {
    long needed = 0;
    for (RemoteFile file : files) {
      Path blob = cache.blob(id, file.etag());
      Path partial = blob.resolveSibling(blob.getFileName() + ".incomplete");
      long present = Files.exists(blob) ? file.size() : 0;
      present = Files.exists(partial) ? Math.max(present, Files.size(partial)) : present;
      needed += Math.max(0, file.size() - present);
    }
    long usable = Files.getFileStore(cache.folder(id)).getUsableSpace();
    if (needed > usable) {
      throw new HubException(
          "%s needs %d MB more but %s has %d MB free; free some, or set HF_HUB_CACHE to a folder"
                  .formatted(id, needed >> 20, cache.root(), usable >> 20)
              + " with more space");
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
