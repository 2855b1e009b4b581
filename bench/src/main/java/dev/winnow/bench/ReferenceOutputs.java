package dev.winnow.bench;

import dev.winnow.models.CheckpointException;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.SafetensorsFormat;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What another implementation computed for a checkpoint: a safetensors file with {@code input_ids}
 * {@code [tokens]}, {@code logits} {@code [tokens, vocabSize]} of one full pass over them, and
 * {@code generated_ids} {@code [n]}, the greedy continuation of {@code prompt_ids} that no
 * end-of-sequence token stops.
 *
 * <p>Logits stay in the file and are read a row at a time.
 */
public final class ReferenceOutputs implements AutoCloseable {
  /** The name such a file has beside the checkpoint it belongs to. */
  public static final String FILE_NAME = "expected.safetensors";

  private static final int EXACT_IDS = 1 << 24;

  private final Checkpoint file;
  private final int[] inputIds;
  private final int[] promptIds;
  private final int[] generatedIds;
  private final int vocabSize;

  private ReferenceOutputs(Checkpoint file) {
    this.file = file;
    this.inputIds = ids("input_ids");
    this.promptIds = ids("prompt_ids");
    this.generatedIds = ids("generated_ids");
    List<Long> shape = tensor("logits").shape();
    if (shape.size() != 2 || shape.get(0) != inputIds.length || shape.get(1) > EXACT_IDS) {
      throw new CheckpointException(
          "%s: logits has shape %s; it must be [%d, vocabulary], a row for each of input_ids"
              .formatted(file.source(), shape, inputIds.length));
    }
    this.vocabSize = Math.toIntExact(shape.get(1));
  }

  /**
   * Opens a file; close it when done.
   *
   * @throws CheckpointException if it is not there, damaged, or lacks a tensor
   */
  public static ReferenceOutputs open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new CheckpointException(
          "There is no %s to compare with; write one with the implementation you trust (tensors"
                  .formatted(path)
              + " input_ids, logits, prompt_ids, generated_ids), or name another with --expected");
    }
    Checkpoint file = SafetensorsFormat.openTensors(path);
    try {
      return new ReferenceOutputs(file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** The tokens of the full pass. */
  public int[] inputIds() {
    return inputIds.clone();
  }

  /** The tokens that were continued. */
  public int[] promptIds() {
    return promptIds.clone();
  }

  /** What they were continued with. */
  public int[] generatedIds() {
    return generatedIds.clone();
  }

  /** Logits per token. */
  public int vocabSize() {
    return vocabSize;
  }

  /** Reads the logits after token {@code row} of {@link #inputIds()} into {@code logits}. */
  public void logits(int row, float[] logits) {
    file.read("logits", row, 1, MemorySegment.ofArray(logits));
  }

  private int[] ids(String name) {
    TensorInfo info = tensor(name);
    if (info.shape().size() != 1 || info.elements() < 1 || info.elements() > EXACT_IDS) {
      throw new CheckpointException(
          "%s: %s has shape %s; it must be a list of at least one token id"
              .formatted(file.source(), name, info.shape()));
    }
    float[] values = new float[Math.toIntExact(info.elements())];
    file.read(name, 0, info.rows(), MemorySegment.ofArray(values));
    int[] ids = new int[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) values[i];
      if (ids[i] != values[i] || ids[i] < 0 || ids[i] >= EXACT_IDS) {
        throw new CheckpointException(
            "%s: %s[%d] is %s; it must be a token id".formatted(file.source(), name, i, values[i]));
      }
    }
    return ids;
  }

  private TensorInfo tensor(String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null) {
      throw new CheckpointException(
          "%s: tensor %s is missing; the file must hold input_ids, logits, prompt_ids and"
                  .formatted(file.source(), name)
              + " generated_ids, got "
              + file.tensors().keySet());
    }
    return info;
  }

  /** Where it was read from. */
  public Path source() {
    return file.source();
  }

  @Override
  public void close() {
    file.close();
  }
}
