package dev.winnow.models.checkpoint;

import com.google.auto.service.AutoService;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.text.GgufTokenizer;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A {@code .gguf} file of version 2 or 3, little-endian, as llama.cpp's converter writes them.
 *
 * <p>Quantised tensors are dequantised when read. Names, config and layout become Hugging Face's:
 * the rows of Llama's queries and keys, interleaved in GGUF, come in halves, and the one that GGUF
 * adds to Gemma's norms is taken away.
 */
@AutoService(CheckpointFormat.class)
public final class GgufFormat implements CheckpointFormat {
  /** Tensors that become part of the config. */
  private static final Set<String> CONFIG_TENSORS =
      Set.of(GgufRope.LLAMA3_FACTORS, GgufRope.LONG_FACTORS, GgufRope.SHORT_FACTORS);

  @Override
  public String name() {
    return "gguf";
  }

  @Override
  public boolean recognises(Path path) {
    return Files.isRegularFile(path) && path.toString().endsWith(".gguf");
  }

  @Override
  public Checkpoint open(Path path) {
    return MappedCheckpoint.open(arena -> open(path, arena));
  }

  private Checkpoint open(Path path, Arena arena) {
    GgufFile file = GgufFile.read(path, CheckpointFiles.map(path, arena));
    GgufConfig config = new GgufConfig(file);
    Map<String, Object> metadata = file.metadata().values();
    MappedCheckpoint.Documents documents =
        new MappedCheckpoint.Documents(
            config.config(),
            config.generationConfig(),
            () -> GgufTokenizer.tokenizerJson(metadata),
            () -> GgufTokenizer.tokenizerConfig(metadata));
    return new MappedCheckpoint(path, name(), documents, translate(file, config), arena);
  }

  private static Map<String, StoredTensor> translate(GgufFile file, GgufConfig config) {
    Map<String, StoredTensor> translated = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              if (CONFIG_TENSORS.contains(name)) {
                return;
              }
              String target =
                  GgufNames.huggingFace(name, config.architecture, config.layers)
                      .orElseThrow(
                          () ->
                              new CheckpointException(
                                  file.metadata().file()
                                      + ": tensor "
                                      + name
                                      + " is unknown for general.architecture "
                                      + config.architecture.key()
                                      + " with "
                                      + config.layers
                                      + " blocks. This variant of the model is not supported."));
              translated.put(target, translate(target, tensor, file, config));
            });
    return translated;
  }

  private static StoredTensor translate(
      String name, StoredTensor tensor, GgufFile file, GgufConfig config) {
    int heads = 0;
    if (config.architecture == GgufArchitecture.LLAMA) {
      heads =
          name.contains(".q_proj.") ? config.heads : name.contains(".k_proj.") ? config.kvHeads : 0;
    }
    boolean gemmaNorm =
        config.architecture == GgufArchitecture.GEMMA3 && name.endsWith("norm.weight");
    TensorInfo stored = tensor.info();
    if (heads > 0
        && (stored.shape().get(0) != (long) heads * config.headDim || config.headDim % 2 != 0)) {
      throw new CheckpointException(
          file.metadata().file()
              + ": tensor "
              + stored.name()
              + " has the shape "
              + stored.shape()
              + "; its first dimension should be "
              + heads
              + " heads of an even size, "
              + config.headDim
              + ".");
    }
    return new StoredTensor(
        new TensorInfo(name, stored.storedType(), stored.shape(), stored.bytes()),
        tensor.data(),
        tensor.decoder(),
        tensor.blockElements(),
        tensor.blockBytes(),
        heads > 0 ? config.headDim : 0,
        gemmaNorm ? -1f : 0f);
  }
}
