package dev.winnow.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cache folder that every Hugging Face library on a machine shares: {@code
 * models--org--name/{refs,blobs,snapshots/COMMIT}}.
 */
public final class HubCache {
  private static final int LONGEST_REF = 4096;
  private static final long LARGEST_INDEX = 256L << 20;

  private final Path root;
  private final Linker symbolic;

  /** Makes {@code link} refer to {@code target}; throws where the file system cannot. */
  interface Linker {
    void link(Path link, Path target) throws IOException;
  }

  /** The cache in a folder, which need not exist yet. */
  public HubCache(Path root) {
    this(root, (link, target) -> Files.createSymbolicLink(link, target));
  }

  HubCache(Path root, Linker symbolic) {
    this.root = root.toAbsolutePath();
    this.symbolic = symbolic;
  }

  /** The folder. */
  public Path root() {
    return root;
  }

  /**
   * The snapshot folder of a model, or its only GGUF file when it holds no other weights.
   *
   * @return empty when the model is absent or some of its weights are
   */
  public Optional<Path> find(ModelId id) {
    return snapshot(id).flatMap(HubCache::complete);
  }

  /** One file of a model, such as a GGUF file; empty when it is not cached. */
  public Optional<Path> findFile(ModelId id, String file) {
    if (!FileNames.isSafe(file)) {
      return Optional.empty();
    }
    return snapshot(id).map(s -> s.resolve(file)).filter(Files::isRegularFile);
  }

  private Optional<Path> snapshot(ModelId id) {
    return commit(id).map(c -> snapshot(id, c)).filter(Files::isDirectory);
  }

  private Optional<String> commit(ModelId id) {
    if (ModelId.isCommit(id.revision())) {
      return Optional.of(id.revision());
    }
    Path ref = ref(id);
    try {
      if (!Files.isRegularFile(ref) || Files.size(ref) > LONGEST_REF) {
        return Optional.empty();
      }
      String commit = new String(Files.readAllBytes(ref), StandardCharsets.UTF_8).strip();
      return Optional.of(commit).filter(ModelId::isCommit);
    } catch (IOException e) {
      throw new HubException("%s cannot be read (%s); fix its permissions".formatted(ref, e), e);
    }
  }

  private static Optional<Path> complete(Path snapshot) {
    List<Path> files;
    try (Stream<Path> entries = Files.list(snapshot)) {
      files = entries.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new HubException(
          "%s cannot be read (%s); fix its permissions".formatted(snapshot, e), e);
    }
    List<Path> ggufs = files.stream().filter(f -> f.toString().endsWith(ModelFiles.GGUF)).toList();
    if (Files.isRegularFile(snapshot.resolve(ModelFiles.CONFIG))) {
      Path index = snapshot.resolve(ModelFiles.INDEX);
      boolean whole =
          Files.isRegularFile(index)
              ? hasAllShards(snapshot, index)
              : files.stream().anyMatch(f -> f.toString().endsWith(ModelFiles.SAFETENSORS));
      if (whole) {
        return Optional.of(snapshot);
      }
    }
    return ggufs.size() == 1 ? Optional.of(ggufs.get(0)) : Optional.empty();
  }

  private static boolean hasAllShards(Path snapshot, Path index) {
    try {
      if (Files.size(index) > LARGEST_INDEX) {
        return false;
      }
      JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
      return !map.isEmpty()
          && map.valueStream()
              .map(JsonNode::asText)
              .distinct()
              .allMatch(f -> FileNames.isSafe(f) && Files.isRegularFile(snapshot.resolve(f)));
    } catch (IOException e) {
      return false; // a damaged index: fetch it again
    }
  }

  Path folder(ModelId id) {
    return root.resolve("models--" + id.organisation() + "--" + id.name());
  }

  Path snapshot(ModelId id, String commit) {
    return folder(id).resolve("snapshots").resolve(commit);
  }

  Path blob(ModelId id, String etag) {
    return folder(id).resolve("blobs").resolve(etag);
  }

  Path lock(ModelId id, String etag) {
    return root.resolve(".locks")
        .resolve(folder(id).getFileName().toString())
        .resolve(etag + ".lock");
  }

  private Path ref(ModelId id) {
    return folder(id).resolve("refs").resolve(id.revision());
  }

  /** Makes a finished blob visible as a file of a snapshot, in one step. */
  void publish(ModelId id, String commit, String file, String etag) throws IOException {
    Path blob = blob(id, etag);
    Path visible = snapshot(id, commit).resolve(file);
    Files.createDirectories(visible.getParent());
    Files.deleteIfExists(visible); // a link whose blob was deleted
    try {
      symbolic.link(visible, visible.getParent().relativize(blob));
    } catch (FileAlreadyExistsException e) {
      // another process was faster, with the same content
    } catch (IOException | UnsupportedOperationException e) {
      publishWithoutSymlink(blob, visible);
    }
  }

  private static void publishWithoutSymlink(Path blob, Path visible) throws IOException {
    try {
      Files.createLink(visible, blob);
    } catch (IOException | UnsupportedOperationException e) {
      Path copy = blob.resolveSibling(blob.getFileName() + ".copy");
      Files.copy(blob, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, visible, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Records which commit a branch or tag stands for; a commit needs no record. */
  void writeRef(ModelId id, String commit) throws IOException {
    if (id.revision().equals(commit)) {
      return;
    }
    Path ref = ref(id);
    Files.createDirectories(ref.getParent());
    Path draft = Files.createTempFile(folder(id), ".ref", null);
    try {
      Files.writeString(draft, commit);
      Files.move(draft, ref, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** What to say when the folder cannot be used. */
  HubException unusable(IOException cause) {
    return new HubException(
        "cache folder %s cannot be written: %s; free space or fix permissions there, or set"
                .formatted(root, cause)
            + " HF_HUB_CACHE to another folder",
        cause);
  }
}
