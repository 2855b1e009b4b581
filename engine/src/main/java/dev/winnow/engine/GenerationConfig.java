package dev.winnow.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.sampling.SamplingOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to generate; names, meaning and defaults are those of Hugging Face's {@code
 * generation_config.json} unless noted.
 *
 * @param maxNewTokens {@code max_new_tokens}: most tokens to generate, at least 1, default 256 (not
 *     Hugging Face's 20 in total); the end of the context ends a generation too
 * @param sampling how each token is chosen, default the most likely one
 * @param stopStrings {@code stop_strings}: texts that end the generation and are left out of it,
 *     default none
 * @param eosTokenIds {@code eos_token_id}: tokens that end the generation; empty, the default, for
 *     the model's own, a list without elements for none
 * @param seed {@code seed}: where the random numbers start; empty, the default, for a new one every
 *     time
 * @param topLogProbs {@code top_logprobs}: alternatives whose log-probabilities to report, in [0,
 *     100]; 0 for those of the chosen tokens alone, -1, the default, for none at all
 */
public record GenerationConfig(
    int maxNewTokens,
    SamplingOptions sampling,
    List<String> stopStrings,
    Optional<List<Integer>> eosTokenIds,
    OptionalLong seed,
    int topLogProbs) {
  private static final GenerationConfig DEFAULTS = builder().build();

  /** Checks ranges. */
  public GenerationConfig {
    stopStrings = List.copyOf(stopStrings);
    eosTokenIds = eosTokenIds.map(List::copyOf);
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max_new_tokens must be >= 1, got " + maxNewTokens);
    }
    if (stopStrings.contains("")) {
      throw new IllegalArgumentException("stop_strings must not hold an empty string");
    }
    for (int id : eosTokenIds.orElse(List.of())) {
      if (id < 0) {
        throw new IllegalArgumentException("eos_token_id must be >= 0, got " + id);
      }
    }
    if (topLogProbs < -1 || topLogProbs > 100) {
      throw new IllegalArgumentException(
          "top_logprobs must be in [0, 100], or -1 for none, got " + topLogProbs);
    }
  }

  /** Greedy, 256 tokens at most. */
  public static GenerationConfig defaults() {
    return DEFAULTS;
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * This, with the options in {@code json} set; whoever wrote them wants all of them.
   *
   * @param where file and key, for messages
   * @throws IllegalArgumentException naming an option that is unknown, not supported, of the wrong
   *     type or out of range
   */
  public GenerationConfig overrideWith(ObjectNode json, String where) {
    return GenerationConfigReader.read(json, where, this);
  }

  /**
   * The defaults with the options in {@code json} set.
   *
   * @throws IllegalArgumentException as {@link #overrideWith}
   */
  public static GenerationConfig fromJson(ObjectNode json, String where) {
    return defaults().overrideWith(json, where);
  }

  /**
   * A checkpoint's {@code generation_config.json}; options that are not supported are reported,
   * since nobody asked for them here.
   *
   * @throws IllegalArgumentException naming a supported option of the wrong type or out of range
   */
  public static FromCheckpoint fromCheckpoint(ObjectNode json, String where) {
    return GenerationConfigReader.readCheckpoint(json, where);
  }

  /**
   * What a checkpoint wants.
   *
   * @param config its options as far as they are supported
   * @param notSupported the others, one sentence each
   */
  public record FromCheckpoint(GenerationConfig config, List<String> notSupported) {
    /** Copies the list. */
    public FromCheckpoint {
      notSupported = List.copyOf(notSupported);
    }
  }

  /** Builds a config; ranges are checked by {@link #build()}. */
  public static final class Builder {
    private int maxNewTokens = 256;
    private boolean doSample = SamplingOptions.GREEDY.doSample();
    private float temperature = SamplingOptions.GREEDY.temperature();
    private int topK = SamplingOptions.GREEDY.topK();
    private float topP = SamplingOptions.GREEDY.topP();
    private float minP = SamplingOptions.GREEDY.minP();
    private float repetitionPenalty = SamplingOptions.GREEDY.repetitionPenalty();
    private List<String> stopStrings = List.of();
    private Optional<List<Integer>> eosTokenIds = Optional.empty();
    private OptionalLong seed = OptionalLong.empty();
    private int topLogProbs = -1;

    private Builder() {}

    private Builder(GenerationConfig from) {
      maxNewTokens = from.maxNewTokens;
      doSample = from.sampling.doSample();
      temperature = from.sampling.temperature();
      topK = from.sampling.topK();
      topP = from.sampling.topP();
      minP = from.sampling.minP();
      repetitionPenalty = from.sampling.repetitionPenalty();
      stopStrings = from.stopStrings;
      eosTokenIds = from.eosTokenIds;
      seed = from.seed;
      topLogProbs = from.topLogProbs;
    }

    /** {@code max_new_tokens}. */
    public Builder maxNewTokens(int value) {
      maxNewTokens = value;
      return this;
    }

    /** {@code do_sample}. */
    public Builder doSample(boolean value) {
      doSample = value;
      return this;
    }

    /** {@code temperature}. */
    public Builder temperature(double value) {
      temperature = (float) value;
      return this;
    }

    /** {@code top_k}. */
    public Builder topK(int value) {
      topK = value;
      return this;
    }

    /** {@code top_p}. */
    public Builder topP(double value) {
      topP = (float) value;
      return this;
    }

    /** {@code min_p}. */
    public Builder minP(double value) {
      minP = (float) value;
      return this;
    }

    /** {@code repetition_penalty}. */
    public Builder repetitionPenalty(double value) {
      repetitionPenalty = (float) value;
      return this;
    }

    /** {@code stop_strings}. */
    public Builder stopStrings(String... value) {
      stopStrings = List.of(value);
      return this;
    }

    /** {@code eos_token_id}; without arguments nothing ends the generation early. */
    public Builder eosTokenIds(Integer... value) {
      eosTokenIds = Optional.of(List.of(value));
      return this;
    }

    /** {@code seed}. */
    public Builder seed(long value) {
      seed = OptionalLong.of(value);
      return this;
    }

    /** {@code top_logprobs}. */
    public Builder topLogProbs(int value) {
      topLogProbs = value;
      return this;
    }

    /**
     * The config.
     *
     * @throws IllegalArgumentException naming an option that is out of range
     */
    public GenerationConfig build() {
      return new GenerationConfig(
          maxNewTokens,
          new SamplingOptions(doSample, temperature, topK, topP, minP, repetitionPenalty),
          stopStrings,
          eosTokenIds,
          seed,
          topLogProbs);
    }
  }
}
