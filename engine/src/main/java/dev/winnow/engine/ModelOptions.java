package dev.winnow.engine;

import dev.winnow.engine.technique.Technique;
import dev.winnow.kernels.DType;
import dev.winnow.models.Device;
import dev.winnow.models.WeightFormat;
import java.nio.file.Path;
import java.util.List;

/**
 * How a model is loaded and run.
 *
 * @param weights how matrices are held, default float32
 * @param device where it runs, default {@link Device#AUTO}
 * @param threads CPU threads, default all cores
 * @param engine how sequences are computed
 */
public record ModelOptions(WeightFormat weights, Device device, int threads, EngineOptions engine) {
  private static final int MAX_THREADS = 1024;

  /** Checks ranges. */
  public ModelOptions {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be in [1, %d], got %d".formatted(MAX_THREADS, threads));
    }
  }

  /** The defaults. */
  public static ModelOptions defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds options; ranges are checked by {@link #build()}. */
  public static final class Builder {
    private WeightFormat weights = WeightFormat.F32;
    private Device device = Device.AUTO;
    private int threads = Runtime.getRuntime().availableProcessors();
    private EngineOptions engine = EngineOptions.defaults();

    private Builder() {}

    /** How matrices are held. */
    public Builder weights(WeightFormat value) {
      weights = value;
      return this;
    }

    /** Where it runs. */
    public Builder device(Device value) {
      device = value;
      return this;
    }

    /** CPU threads. */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** How keys and values are stored: F32, F16 or BF16. */
    public Builder kv(DType value) {
      engine = engine.withKv(value);
      return this;
    }

    /** Prompt tokens that go through the model at once. */
    public Builder prefillChunk(int value) {
      engine = engine.withPrefillChunk(value);
      return this;
    }

    /** Most tokens of a sequence; 0 for the model's own limit. */
    public Builder maxContext(int value) {
      engine = engine.withMaxContext(value);
      return this;
    }

    /** Most bytes of keys and values of all sequences together; 0 for no limit. */
    public Builder kvCacheBytes(long value) {
      engine = engine.withKvCacheBytes(value);
      return this;
    }

    /** Folder for keys and values that a technique does not keep in memory. */
    public Builder kvSpillDir(Path value) {
      engine = engine.withKvSpillDir(value);
      return this;
    }

    /** Sparsity techniques. */
    public Builder techniques(Technique... value) {
      return techniques(List.of(value));
    }

    /** Sparsity techniques, such as those of a {@link dev.winnow.engine.config.RunConfig}. */
    public Builder techniques(List<Technique> value) {
      engine = engine.withTechniques(value);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException naming an option that is out of range
     */
    public ModelOptions build() {
      return new ModelOptions(weights, device, threads, engine);
    }
  }
}
