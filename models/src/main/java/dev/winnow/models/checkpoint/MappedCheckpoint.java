package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** The checkpoint of every format: tensors in mapped files, and JSON beside them. */
final class MappedCheckpoint implements Checkpoint {

  /**
   * What a format found besides tensors.
   *
   * @param tokenizerJson asked for at most rarely, so read when asked
   */
  record Documents(
      ObjectNode config,
      Optional<ObjectNode> generationConfig,
      Supplier<Optional<byte[]>> tokenizerJson,
      Supplier<Optional<ObjectNode>> tokenizerConfig) {}

  private final Path source;
  private final String format;
  private final Documents documents;
  private final Map<String, StoredTensor> stored;
  private final Map<String, TensorInfo> tensors;
  private final Arena arena;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over {@code arena}, which holds the data of {@code stored}. */
  MappedCheckpoint(
      Path source,
      String format,
      Documents documents,
      Map<String, StoredTensor> stored,
      Arena arena) {
    this.source = source;
    this.format = format;
    this.documents = documents;
    this.stored = stored;
    this.arena = arena;
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    stored.forEach((name, tensor) -> infos.put(name, tensor.info()));
    this.tensors = Collections.unmodifiableMap(infos);
  }

  /** Gives {@code opener} the arena its checkpoint will own, and closes that when it fails. */
  @SuppressWarnings("MustBeClosedChecker")
  static Checkpoint open(Function<Arena, Checkpoint> opener) {
    Arena arena = Arena.ofShared();
    try {
      return opener.apply(arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public Path source() {
    return source;
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public ObjectNode config() {
    return documents.config().deepCopy();
  }

  @Override
  public Optional<ObjectNode> generationConfig() {
    return documents.generationConfig().map(ObjectNode::deepCopy);
  }

  @Override
  public Optional<byte[]> tokenizerJson() {
    return documents.tokenizerJson().get();
  }

  @Override
  public Optional<ObjectNode> tokenizerConfig() {
    return documents.tokenizerConfig().get().map(ObjectNode::deepCopy);
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(String name, long firstRow, long rows, MemorySegment destination) {
    StoredTensor tensor = stored.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          source + " has no tensor " + name + "; it has " + stored.size() + " others.");
    }
    TensorInfo info = tensor.info();
    if (firstRow < 0 || rows < 0 || rows > info.rows() - firstRow) {
      throw new IndexOutOfBoundsException(
          "Rows " + firstRow + " + " + rows + " of " + name + ", which has " + info.rows());
    }
    if (destination.byteSize() / Float.BYTES < rows * info.rowLength()) {
      throw new IllegalArgumentException(
          rows
              + " rows of "
              + name
              + " need "
              + rows * info.rowLength() * Float.BYTES
              + " bytes, the destination has "
              + destination.byteSize());
    }
    if (closed.get()) {
      throw new IllegalStateException("The checkpoint " + source + " is closed");
    }
    try {
      tensor.read(firstRow, rows, destination);
    } catch (InternalError e) {
      // How the JVM reports a fault in mapped memory.
      throw new CheckpointException(
          "Cannot read " + name + ": " + source + " was truncated while it was open.", e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return format + " checkpoint " + source + " (" + tensors.size() + " tensors)";
  }
}
