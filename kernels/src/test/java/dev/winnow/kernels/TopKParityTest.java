package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of topK must do: sort stably, take the first k. */
public abstract class TopKParityTest {
  private final Random random = new Random(44);
  private Kernels kernels;

  /** The implementation under test; closed after each test. */
  protected abstract Kernels create();

  @BeforeEach
  void open() {
    kernels = create();
  }

  @AfterEach
  void close() {
    kernels.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 15, 16, 17, 63, 255, 256, 257, 1000, 5000, 40_000})
  void anyCountWorks(int count) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    check(scores);
  }

  static Stream<Arguments> hardScores() {
    Random random = new Random(5);
    float[] special = {
      0f,
      -0f,
      Float.NaN,
      Float.intBitsToFloat(0xffc00001),
      Float.intBitsToFloat(0x7f800001),
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    return Stream.of(
        scores("all equal", i -> 3.5f),
        scores("all NaN", i -> Float.NaN),
        scores("all minus infinity", i -> Float.NEGATIVE_INFINITY),
        scores("two values", i -> random.nextBoolean() ? 1f : -1f),
        scores("one out of thousands", i -> i == 2777 ? 1f : 0f),
        scores("both zeros", i -> random.nextBoolean() ? 0f : -0f),
        scores("ascending", i -> (float) i),
        scores("descending", i -> (float) -i),
        scores("specials", i -> special[random.nextInt(special.length)]),
        scores("a NaN among numbers", i -> i == 99 ? Float.NaN : (float) random.nextGaussian()),
        scores("mostly NaN", i -> random.nextInt(50) > 0 ? Float.NaN : random.nextFloat()),
        scores("subnormals", i -> random.nextInt(100) * Float.MIN_VALUE),
        scores("any bits", i -> Float.intBitsToFloat(random.nextInt())),
        scores("few values", i -> random.nextInt(7)),
        scores("neighbours", i -> Float.intBitsToFloat(0x40490fdb + random.nextInt(900))),
        scores("ties at the top", i -> Math.min(1f, random.nextFloat() * 2)),
        scores("softmax of a few", i -> (float) Math.exp(-30 * random.nextDouble())),
        // What a fixed sample of every so many sees is unlike the rest.
        scores("spikes where a sample looks", i -> i % 16 == 0 ? 1e6f + i : random.nextFloat()),
        scores("exponents far apart", i -> (float) Math.scalb(1.0, i % 250 - 125)));
  }

  private interface Score {
    float at(int i);
  }

  private static Arguments scores(String name, Score score) {
    float[] scores = new float[4_099];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score.at(i);
    }
    return Arguments.of(name, scores);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hardScores")
  void hardScoresWork(String name, float[] scores) {
    check(scores);
  }

  @Test
  void theLowerIndexWinsTiesAndNanComesLast() {
    try (Buffer scores = Buffer.of(1, 2, Float.NaN, 2, 2, Float.NEGATIVE_INFINITY, -0f, 0f)) {
      assertThat(kernels.topK(scores, 0, 8, 2)).containsExactly(1, 3);
      assertThat(kernels.topK(scores, 0, 8, 5)).containsExactly(0, 1, 3, 4, 6);
      assertThat(kernels.topK(scores, 0, 8, 7)).containsExactly(0, 1, 3, 4, 5, 6, 7);
      assertThat(kernels.topK(scores, 2, 3, 1)).containsExactly(1);
    }
  }

  @Test
  void eachRowIsSelectedApart() {
    int count = 2_500;
    try (Buffer scores = Buffer.allocate(DType.F32, 5L * count + 1)) {
      for (long i = 0; i < scores.elements(); i++) {
        scores.setFloat(i, (float) random.nextGaussian());
      }
      int[][] rows = kernels.topKRows(scores, 5, count, 300);
      assertThat(rows).hasNumberOfRows(5);
      for (int row = 0; row < 5; row++) {
        assertThat(rows[row])
            .isEqualTo(ReferenceSelection.topK(scores, (long) row * count, count, 300));
      }
      assertThat(kernels.topKRows(scores, 0, count, 3)).isEmpty();
      assertThat(kernels.topKRows(scores, 2, 0, 3)).isEqualTo(new int[2][0]);
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (Buffer scores = Buffer.allocate(DType.F32, 20);
        Buffer indices = Buffer.allocate(DType.I32, 20)) {
      for (int[] bad : new int[][] {{-1, 5, 2}, {0, -1, 2}, {0, 5, -1}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> kernels.topK(scores, bad[0], bad[1], bad[2]))
            .withMessageContaining("must be >= 0");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> kernels.topKRows(scores, bad[0], bad[1], bad[2]));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.topK(scores, 1, 20, 2))
          .withMessageContaining("at least 21 F32 elements, got 20");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.topK(scores, Long.MAX_VALUE, 20, 2));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.topKRows(scores, 3, 7, 2))
          .withMessageContaining("21");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernels.topK(indices, 0, 20, 2))
          .withMessageContaining("I32");
    }
  }

  /** Selects from {@code scores}, placed behind other numbers, and compares with the oracle. */
  private void check(float[] scores) {
    int count = scores.length;
    try (Buffer buffer = Buffer.allocate(DType.F32, count + 8L)) {
      for (int i = 0; i < count + 8; i++) {
        boolean outside = i < 5 || i >= count + 5;
        buffer.setFloat(i, outside ? Float.POSITIVE_INFINITY : scores[i - 5]);
      }
      for (int k : new int[] {0, 1, 2, count / 30, count / 2, count - 1, count, count + 5}) {
        if (k >= 0) {
          assertThat(kernels.topK(buffer, 5, count, k))
              .as("%d of %d", k, count)
              .isEqualTo(ReferenceSelection.topK(buffer, 5, count, k));
        }
      }
    }
  }
}
