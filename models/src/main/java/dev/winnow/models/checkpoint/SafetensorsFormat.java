package dev.winnow.models.checkpoint;

import com.google.auto.service.AutoService;
import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Hugging Face model folder: {@code config.json} and {@code model.safetensors}, or shards with
 * {@code model.safetensors.index.json}, or a single {@code *.safetensors} of another name.
 *
 * <p>Where there is an index it decides which tensors there are: what a shard holds beyond it is
 * left alone.
 */
@AutoService(CheckpointFormat.class)
public final class SafetensorsFormat implements CheckpointFormat {
  private static final String SUFFIX = ".safetensors";
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public boolean recognises(Path path) {
    if (Files.isDirectory(path)) {
      return Files.exists(path.resolve(INDEX)) || !safetensors(path).isEmpty();
    }
    return path.toString().endsWith(SUFFIX);
  }

  @Override
  public Checkpoint open(Path path) {
    boolean folder = Files.isDirectory(path);
    Path home = folder ? path : path.toAbsolutePath().getParent();
    Path config = home.resolve("config.json");
    if (!Files.exists(config)) {
      throw new CheckpointException(
          config
              + " does not exist, and without it the tensors of "
              + path
              + " mean nothing. Put the model's config.json there.");
    }
    MappedCheckpoint.Documents documents = HuggingFaceDocuments.read(home);
    return MappedCheckpoint.open(
        arena ->
            new MappedCheckpoint(
                path,
                name(),
                documents,
                folder ? openFolder(path, arena) : openFile(path, arena),
                arena));
  }

  /**
   * Opens a file of tensors that need not be a model's: {@link Checkpoint#config()} is empty.
   *
   * @throws CheckpointException if it is damaged
   */
  public static Checkpoint openTensors(Path file) {
    MappedCheckpoint.Documents none =
        new MappedCheckpoint.Documents(
            CheckpointFiles.newObject(), Optional.empty(), Optional::empty, Optional::empty);
    return MappedCheckpoint.open(
        arena -> new MappedCheckpoint(file, "safetensors", none, openFile(file, arena), arena));
  }

  private static Map<String, StoredTensor> openFolder(Path folder, Arena arena) {
    if (Files.exists(folder.resolve(SINGLE))) {
      return openFile(folder.resolve(SINGLE), arena);
    }
    if (Files.exists(folder.resolve(INDEX))) {
      return openShards(folder, arena);
    }
    List<Path> files = safetensors(folder);
    if (files.size() != 1) {
      throw new CheckpointException(
          folder
              + " holds "
              + files.size()
              + " .safetensors files but neither "
              + SINGLE
              + " nor "
              + INDEX
              + ", which says what is where. Fetch the index, or name one file.");
    }
    return openFile(files.get(0), arena);
  }

  private static Map<String, StoredTensor> openShards(Path folder, Arena arena) {
    Path index = folder.resolve(INDEX);
    Map<String, String> shardOf = SafetensorsIndex.read(index);
    Map<String, Map<String, StoredTensor>> shards = new LinkedHashMap<>();
    for (String shard : shardOf.values()) {
      if (!shards.containsKey(shard)) {
        Path file = folder.resolve(shard);
        if (!Files.exists(file)) {
          throw new CheckpointException(
              index
                  + ", key weight_map names the shard "
                  + shard
                  + ", but "
                  + file
                  + " does not exist. Fetch it.");
        }
        shards.put(shard, openFile(file, arena));
      }
    }
    shardOf.forEach(
        (name, shard) -> {
          if (!shards.get(shard).containsKey(name)) {
            throw new CheckpointException(
                index
                    + ", key weight_map places "
                    + name
                    + " in "
                    + shard
                    + ", which has no such tensor. Index and shards do not belong together.");
          }
        });
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    shards.forEach(
        (shard, contents) ->
            contents.forEach(
                (name, tensor) -> {
                  if (shard.equals(shardOf.get(name))) {
                    tensors.put(name, tensor);
                  }
                }));
    return tensors;
  }

  private static Map<String, StoredTensor> openFile(Path file, Arena arena) {
    return SafetensorsHeader.read(file, CheckpointFiles.map(file, arena));
  }

  private static List<Path> safetensors(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException("Cannot list the folder " + folder + ": " + e, e);
    }
  }
}
