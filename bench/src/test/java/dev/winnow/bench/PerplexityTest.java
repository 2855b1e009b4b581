package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.loop.LogitsConsumer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PerplexityTest {
  private static final float LN2 = (float) Math.log(2);
  private static final float LN3 = (float) Math.log(3);

  /** Gives the same logits for every token and notes how it was fed. */
  private static final class Constant implements TokenScorer {
    private final float[] logits;
    private final List<String> fed = new ArrayList<>();
    private int position;

    Constant(float... logits) {
      this.logits = logits;
    }

    @Override
    public int vocabSize() {
      return logits.length;
    }

    @Override
    public void prefill(int[] ids, LogitsConsumer consumer) {
      fed.add("prefill " + ids.length);
      for (int i = 0; i < ids.length; i++) {
        // One buffer is used again and again, as a model does.
        float[] buffer = logits.clone();
        consumer.accept(position++, buffer);
        Arrays.fill(buffer, Float.NaN);
      }
    }

    @Override
    public void decode(int id, LogitsConsumer consumer) {
      fed.add("decode");
      consumer.accept(position++, logits);
    }
  }

  private static Perplexity measure(TokenScorer model, int... ids) {
    return Perplexity.measure(model, Optional.empty(), ids, Perplexity.Feeding.prefill(4));
  }

  @Test
  void scoresEveryTokenButTheFirst() {
    // Probabilities 1/4, 1/4, 1/2; tokens 2, 0 and 2 are predicted.
    Perplexity result = measure(new Constant(0, 0, LN2), 1, 2, 0, 2);
    assertThat(result.tokens()).isEqualTo(3);
    assertThat(result.meanNll()).isCloseTo(4 * Math.log(2) / 3, within(1e-7));
    assertThat(result.perplexity()).isCloseTo(Math.pow(2, 4 / 3.0), within(1e-6));
    assertThat(result.against()).isEmpty();
    assertThat(result.ratio()).isEmpty();
  }

  @Test
  void isTheVocabularySizeForAModelThatKnowsNothing() {
    Perplexity result = measure(new Constant(new float[1000]), 1, 2, 0, 999, 998, 5, 7);
    assertThat(result.perplexity()).isCloseTo(1000, within(1e-9));
  }

  @Test
  void keepsLogitsFromOverflowing() {
    assertThat(measure(new Constant(300, 300), 0, 1).perplexity()).isCloseTo(2, within(1e-9));
    assertThat(measure(new Constant(-300, -300), 0, 1).perplexity()).isCloseTo(2, within(1e-9));
  }

  @Test
  void givesAnImpossibleTokenInfiniteSurprise() {
    assertThat(measure(new Constant(0, Float.NEGATIVE_INFINITY), 0, 1).meanNll()).isInfinite();
    assertThat(measure(new Constant(0, Float.NEGATIVE_INFINITY), 0, 0).meanNll()).isZero();
  }

  @Test
  void comparesWithAReference() {
    // The model says 1/2, 1/2; the reference 3/4, 1/4. Both have token 0 first.
    Perplexity result =
        Perplexity.measure(
            new Constant(0, 0),
            Optional.of(new Constant(LN3, 0)),
            new int[] {0, 0, 0, 1, 0},
            new Perplexity.Feeding(3, 100));
    Perplexity.Against against = result.against().orElseThrow();
    assertThat(against.meanNll())
        .isCloseTo((3 * Math.log(4 / 3.0) + Math.log(4)) / 4, within(1e-7));
    assertThat(against.meanKl())
        .isCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), within(1e-7));
    assertThat(against.top1Agreement()).isEqualTo(1);
    assertThat(result.ratio().orElseThrow())
        .isCloseTo(2 / Math.exp(against.meanNll()), within(1e-7));
  }

  @Test
  void countsPositionsWithAnotherFirstChoice() {
    Perplexity result =
        Perplexity.measure(
            new Constant(0, LN2),
            Optional.of(new Constant(LN2, 0)),
            new int[] {0, 0, 1},
            Perplexity.Feeding.prefill(8));
    assertThat(result.against().orElseThrow().top1Agreement()).isZero();
  }

  @Test
  void divergesNowhereFromItself() {
    Perplexity result =
        Perplexity.measure(
            new Constant(1, 5, -2),
            Optional.of(new Constant(1, 5, -2)),
            new int[] {0, 1, 2, 1},
            Perplexity.Feeding.prefill(2));
    assertThat(result.against().orElseThrow())
        .isEqualTo(new Perplexity.Against(result.meanNll(), 1, 0));
  }

  @Test
  void feedsChunksUpToWhereDecodingStarts() {
    Constant model = new Constant(0, 0);
    Perplexity result =
        Perplexity.measure(model, Optional.empty(), new int[10], new Perplexity.Feeding(4, 7));
    assertThat(model.fed).containsExactly("prefill 4", "prefill 3", "decode", "decode");
    assertThat(result.tokens()).isEqualTo(2);
  }

  @Test
  void scoresOnlyWhatIsPredictedWhileDecodingIfAnythingIs() {
    // Token 0 has 3/4: of the last two predictions one is of token 1.
    int[] ids = {1, 1, 1, 1, 0, 1};
    double decoded =
        Perplexity.measure(
                new Constant(LN3, 0), Optional.empty(), ids, new Perplexity.Feeding(2, 3))
            .meanNll();
    assertThat(decoded).isCloseTo((Math.log(4 / 3.0) + Math.log(4)) / 2, within(1e-7));
    double all =
        Perplexity.measure(
                new Constant(LN3, 0), Optional.empty(), ids, new Perplexity.Feeding(2, 5))
            .meanNll();
    assertThat(all).isCloseTo((Math.log(4 / 3.0) + 4 * Math.log(4)) / 5, within(1e-7));
  }

  @Test
  void refusesATextOfOneToken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> measure(new Constant(0, 0), 1))
        .withMessageContaining("tokens must be >= 2, got 1");
  }

  @Test
  void refusesAReferenceOfAnotherVocabulary() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Perplexity.measure(
                    new Constant(0, 0),
                    Optional.of(new Constant(0, 0, 0)),
                    new int[] {0, 1},
                    Perplexity.Feeding.prefill(1)))
        .withMessage("the vocabularies differ: 2 and 3");
  }
}
