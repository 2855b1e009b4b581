package dev.winnow.engine.sampling;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Chooses the tokens of one sequence; not for use by several threads at once. */
public final class Sampler {
  private final SamplingOptions options;
  private final RandomGenerator random;
  private final List<LogitsProcessor> processors;
  private final BitSet seen = new BitSet();
  private final Candidates candidates;

  /**
   * A sampler.
   *
   * @param seed where the random numbers start; the same seed draws the same tokens
   */
  public Sampler(SamplingOptions options, int vocabSize, long seed) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.processors = processors(options);
    this.candidates =
        processors.isEmpty() && !options.doSample() ? null : new Candidates(vocabSize);
  }

  // Hugging Face's order: processors of every generation first, then those of sampling.
  private static List<LogitsProcessor> processors(SamplingOptions options) {
    List<LogitsProcessor> chain = new ArrayList<>();
    if (options.repetitionPenalty() != 1) {
      chain.add(new LogitsProcessor.RepetitionPenalty(options.repetitionPenalty()));
    }
    if (options.doSample()) {
      if (options.temperature() != 1) {
        chain.add(new LogitsProcessor.Temperature(options.temperature()));
      }
      if (options.topK() > 0) {
        chain.add(new LogitsProcessor.TopK(options.topK()));
      }
      if (options.topP() < 1) {
        chain.add(new LogitsProcessor.TopP(options.topP()));
      }
      if (options.minP() > 0) {
        chain.add(new LogitsProcessor.MinP(options.minP()));
      }
    }
    return List.copyOf(chain);
  }

  /** Notes that {@code id} is in the sequence. */
  public void observe(int id) {
    seen.set(id);
  }

  /**
   * The next token.
   *
   * @param logits {@code [vocabSize]}, not changed
   * @throws InvalidLogitsException if one is NaN or plus infinity, or all are minus infinity
   */
  public int next(float[] logits) {
    int best = checkedArgmax(logits);
    if (candidates == null) {
      return best;
    }
    candidates.reset(logits);
    for (LogitsProcessor processor : processors) {
      processor.process(candidates, seen);
    }
    return options.doSample() ? draw() : candidates.best();
  }

  private int draw() {
    float max = candidates.maxScore();
    double left = random.nextDouble() * candidates.sumExp(max);
    int last = -1;
    for (int i = 0; i < candidates.size(); i++) {
      double weight = Math.exp(candidates.score(i) - max);
      if (weight > 0) {
        last = candidates.id(i);
        left -= weight;
        if (left < 0) {
          return last;
        }
      }
    }
    return last;
  }

  /** Log-probabilities of {@code chosen} and of the {@code count} most likely tokens. */
  public static TokenLogProbs logProbs(float[] logits, int chosen, int count) {
    return TokenLogProbs.of(logits, chosen, count);
  }

  private static int checkedArgmax(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      float logit = logits[i];
      if (!(logit < Float.POSITIVE_INFINITY)) {
        throw new InvalidLogitsException(
            ("the model's logit of token %d is %s; the weights may be damaged or too large for"
                    + " their format: run 'winnow verify' or load with weights f32")
                .formatted(i, logit));
      }
      if (logit > logits[best]) {
        best = i;
      }
    }
    if (logits[best] == Float.NEGATIVE_INFINITY) {
      throw new InvalidLogitsException("the model gave every token probability 0");
    }
    return best;
  }
}
