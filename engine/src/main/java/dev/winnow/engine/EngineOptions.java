package dev.winnow.engine;

import dev.winnow.engine.technique.Technique;
import dev.winnow.kernels.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * How sequences of a model are computed.
 *
 * @param kv how keys and values are stored: F32, F16 or BF16, default F16
 * @param prefillChunk {@code prefill_chunk}: prompt tokens that go through the model at once,
 *     default 512
 * @param maxContext {@code max_context}: most tokens of a sequence, at most the model's own limit;
 *     0, the default, for that limit
 * @param kvCacheBytes {@code kv_cache_bytes}: most bytes of keys and values of all sequences
 *     together in memory; 0, the default, for no limit
 * @param kvSpillDir {@code kv_spill_dir}: folder of the temporary file for keys and values that a
 *     technique does not keep in memory, default the system's for temporary files, which some hold
 *     in memory
 * @param techniques sparsity techniques, default none
 */
public record EngineOptions(
    DType kv,
    int prefillChunk,
    int maxContext,
    long kvCacheBytes,
    Path kvSpillDir,
    List<Technique> techniques) {
  private static final int MAX_CHUNK = 65536;

  /** Checks ranges. */
  public EngineOptions {
    techniques = List.copyOf(techniques);
    Objects.requireNonNull(kvSpillDir, "kv_spill_dir");
    if (!kv.isFloat()) {
      throw new IllegalArgumentException("kv must be one of F32, F16, BF16, got " + kv);
    }
    if (prefillChunk < 1 || prefillChunk > MAX_CHUNK) {
      throw new IllegalArgumentException(
          "prefill_chunk must be in [1, %d], got %d".formatted(MAX_CHUNK, prefillChunk));
    }
    if (maxContext < 0) {
      throw new IllegalArgumentException(
          "max_context must be >= 0 (0 for the model's own), got " + maxContext);
    }
    if (kvCacheBytes < 0) {
      throw new IllegalArgumentException(
          "kv_cache_bytes must be >= 0 (0 for no limit), got " + kvCacheBytes);
    }
  }

  /** The defaults. */
  public static EngineOptions defaults() {
    return new EngineOptions(
        DType.F16, 512, 0, 0, Path.of(System.getProperty("java.io.tmpdir")), List.of());
  }

  /** The same with another storage of keys and values. */
  public EngineOptions withKv(DType value) {
    return new EngineOptions(value, prefillChunk, maxContext, kvCacheBytes, kvSpillDir, techniques);
  }

  /** The same with another chunk. */
  public EngineOptions withPrefillChunk(int value) {
    return new EngineOptions(kv, value, maxContext, kvCacheBytes, kvSpillDir, techniques);
  }

  /** The same with another context limit. */
  public EngineOptions withMaxContext(int value) {
    return new EngineOptions(kv, prefillChunk, value, kvCacheBytes, kvSpillDir, techniques);
  }

  /** The same with another memory limit. */
  public EngineOptions withKvCacheBytes(long value) {
    return new EngineOptions(kv, prefillChunk, maxContext, value, kvSpillDir, techniques);
  }

  /** The same with another folder for what does not stay in memory. */
  public EngineOptions withKvSpillDir(Path value) {
    return new EngineOptions(kv, prefillChunk, maxContext, kvCacheBytes, value, techniques);
  }

  /** The same with other techniques. */
  public EngineOptions withTechniques(List<Technique> value) {
    return new EngineOptions(kv, prefillChunk, maxContext, kvCacheBytes, kvSpillDir, value);
  }
}
