package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An open checkpoint in Hugging Face terms, whatever its format: names of tensors and keys of
 * configs are Hugging Face's.
 *
 * <p>Tensors stay memory-mapped; reading converts. Safe for use by several threads until closed.
 */
public interface Checkpoint extends AutoCloseable {

  /** The folder or file it was opened from. */
  Path source();

  /** {@code safetensors} or {@code gguf}. */
  String format();

  /** The content of {@code config.json}, or what it would be. */
  ObjectNode config();

  /** The content of {@code generation_config.json}, if there is any. */
  Optional<ObjectNode> generationConfig();

  /** The content of {@code tokenizer.json}, if there is a tokenizer. */
  Optional<byte[]> tokenizerJson();

  /**
   * The content of {@code tokenizer_config.json}, if there is any; {@code chat_template} is filled
   * in from wherever the checkpoint keeps it.
   */
  Optional<ObjectNode> tokenizerConfig();

  /** All tensors by name, in file order; unmodifiable. */
  Map<String, TensorInfo> tensors();

  /**
   * Converts rows to float32.
   *
   * @param name a key of {@link #tensors()}
   * @param firstRow first row, see {@link TensorInfo#rows()}
   * @param rows number of rows
   * @param destination native byte order, at least {@code rows * rowLength * 4} bytes
   */
  void read(String name, long firstRow, long rows, MemorySegment destination);

  @Override
  void close();
}
