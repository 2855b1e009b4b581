package dev.winnow.engine.diffusion;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to generate with a masked diffusion model; names, meaning and defaults are those of LLaDA's
 * {@code generate} unless noted.
 *
 * @param genLength {@code gen_length}: tokens of the response, at least 1, default 128
 * @param blockLength {@code block_length}: tokens that are filled before those behind them, from
 *     left to right; divides {@code gen_length}, default all of it
 * @param steps {@code steps}: most passes of the model, a multiple of the number of blocks, default
 *     one for each token; fewer are faster and decide several tokens at once, each without knowing
 *     the others
 * @param temperature {@code temperature}: Gumbel noise on the logits, from 0, the default, which
 *     takes the likeliest token
 * @param remasking {@code remasking}: which predictions a pass keeps, default those the model is
 *     surest of
 * @param eosTokenIds {@code eos_token_id}: tokens that end the response; empty, the default, for
 *     the model's own, a list without elements for none
 * @param seed {@code seed}: where the random numbers start; empty, the default, for a new one every
 *     time
 */
public record DiffusionConfig(
    int genLength,
    int blockLength,
    int steps,
    double temperature,
    Remasking remasking,
    Optional<List<Integer>> eosTokenIds,
    OptionalLong seed) {

  /** Checks ranges. */
  public DiffusionConfig {
    eosTokenIds = eosTokenIds.map(List::copyOf);
    if (genLength < 1) {
      throw new IllegalArgumentException("gen_length must be >= 1, got " + genLength);
    }
    if (blockLength < 1 || genLength % blockLength != 0) {
      throw new IllegalArgumentException(
          "block_length must be >= 1 and divide gen_length %d, got %d"
              .formatted(genLength, blockLength));
    }
    int blocks = genLength / blockLength;
    if (steps < 1 || steps % blocks != 0) {
      throw new IllegalArgumentException(
          "steps must be >= 1 and a multiple of gen_length / block_length, which is %d, got %d"
              .formatted(blocks, steps));
    }
    if (!(temperature >= 0 && temperature <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException("temperature must be >= 0, got " + temperature);
    }
    for (int id : eosTokenIds.orElse(List.of())) {
      if (id < 0) {
        throw new IllegalArgumentException("eos_token_id must be >= 0, got " + id);
      }
    }
  }

  /** Blocks of the response. */
  public int blocks() {
    return genLength / blockLength;
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds a config; ranges are checked by {@link #build()}. */
  public static final class Builder {
    private int genLength = 128;
    private Integer blockLength;
    private Integer steps;
    private double temperature;
    private Remasking remasking = Remasking.LOW_CONFIDENCE;
    private Optional<List<Integer>> eosTokenIds = Optional.empty();
    private OptionalLong seed = OptionalLong.empty();

    private Builder() {}

    /** {@code gen_length}. */
    public Builder genLength(int value) {
      genLength = value;
      return this;
    }

    /** {@code block_length}. */
    public Builder blockLength(int value) {
      blockLength = value;
      return this;
    }

    /** {@code steps}. */
    public Builder steps(int value) {
      steps = value;
      return this;
    }

    /** {@code temperature}. */
    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    /** {@code remasking}. */
    public Builder remasking(Remasking value) {
      remasking = value;
      return this;
    }

    /** {@code eos_token_id}; without arguments nothing ends the response early. */
    public Builder eosTokenIds(Integer... value) {
      eosTokenIds = Optional.of(List.of(value));
      return this;
    }

    /** {@code seed}. */
    public Builder seed(long value) {
      seed = OptionalLong.of(value);
      return this;
    }

    /**
     * The config.
     *
     * @throws IllegalArgumentException naming an option that is out of range
     */
    public DiffusionConfig build() {
      return new DiffusionConfig(
          genLength,
          blockLength == null ? genLength : blockLength,
          steps == null ? genLength : steps,
          temperature,
          remasking,
          eosTokenIds,
          seed);
    }
  }
}
