package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contextual agreement of one query. */
class ChunkScoresTest {
  private static final int ROWS = 400;
  private static final int CHUNKS = LayerFixture.CHUNKS;

  private final LayerFixture layer = new LayerFixture(1, 1);
  private final ChunkScores scores =
      new ChunkScores(layer.kernels, new int[][] {{0, 4}, {1, 5}, {2, 6}, {3, 7}});

  @AfterEach
  void close() {
    scores.close();
    layer.close();
  }

  private void compute(float[] query, float[] keys, int from, int to) {
    layer.append(keys);
    scores.compute(query, new KeyColumns(layer.cache, 0), from, to);
  }

  @Test
  void keys_of_which_one_dimension_decides_agree_with_its_chunk_alone() {
    float[] keys = new float[5 * LayerFixture.HEAD_DIM];
    float[] decisive = {5, 1, 4, 2, 3};
    float[] other = {.1f, .5f, .2f, .4f, .3f};
    for (int row = 0; row < 5; row++) {
      keys[row * LayerFixture.HEAD_DIM + 6] = decisive[row];
      keys[row * LayerFixture.HEAD_DIM + 1] = other[row];
    }
    float[] query = new float[LayerFixture.HEAD_DIM];
    query[6] = 1;
    query[1] = 1;

    compute(query, keys, 0, 5);

    // The whole prefers rows 0 and 2, so does chunk 2; chunk 1 prefers 1 and 3; the others are
    // all zero and fall back to the lowest rows, 0 and 1.
    assertThat(scores.overlaps(2)).containsExactly(1, 0, 2, 1);
    assertThat(scores.overlap(new int[] {2}, 2)).isEqualTo(2);
    assertThat(scores.overlap(new int[] {1}, 2)).isZero();
    assertThat(scores.overlap(new int[] {1, 2}, 2)).isEqualTo(2);
  }

  @Test
  void only_the_keys_of_the_range_are_compared() {
    float[] keys = LayerFixture.random(ROWS, 1, 1);
    float[] query = LayerFixture.random(1, 1, 2);
    compute(query, keys, 100, 300);
    int[] part = scores.overlaps(20);

    try (LayerFixture alone = new LayerFixture(1, 1)) {
      alone.append(
          Arrays.copyOfRange(keys, 100 * LayerFixture.HEAD_DIM, 300 * LayerFixture.HEAD_DIM));
      scores.compute(query, new KeyColumns(alone.cache, 0), 0, 200);
    }

    assertThat(scores.count()).isEqualTo(200);
    assertThat(scores.overlaps(20)).isEqualTo(part);
  }

  @ParameterizedTest
  @ValueSource(ints = {ROWS, ROWS + 5})
  void a_window_of_all_keys_agrees_wholly(int window) {
    compute(LayerFixture.random(1, 1, 3), LayerFixture.random(ROWS, 1, 4), 0, ROWS);

    assertThat(scores.overlaps(window)).containsOnly(ROWS);
  }

  @Test
  void all_chunks_together_agree_wholly() {
    compute(LayerFixture.random(1, 1, 5), LayerFixture.random(ROWS, 1, 6), 0, ROWS);

    assertThat(scores.overlap(new int[] {0, 1, 2, 3}, 50)).isEqualTo(50);
    assertThat(Arrays.stream(scores.overlaps(50)))
        .allMatch(overlap -> overlap >= 0 && overlap < 50);
  }

  @Test
  void more_chunks_agree_better_on_average() {
    float[] keys = LayerFixture.random(ROWS, 1, 7);
    layer.append(keys);
    KeyColumns columns = new KeyColumns(layer.cache, 0);
    double[] sums = new double[CHUNKS];
    for (int seed = 0; seed < 30; seed++) {
      scores.compute(LayerFixture.random(1, 1, 100 + seed), columns, 0, ROWS);
      for (int count = 1; count <= CHUNKS; count++) {
        sums[count - 1] +=
            scores.overlap(Arrays.copyOf(new int[] {0, 1, 2, 3}, count), 40) / 1200.0;
      }
    }

    assertThat(sums).isSorted();
    assertThat(sums[CHUNKS - 1]).isCloseTo(1, within(1e-9));
  }

  @Test
  void a_chunk_that_has_nothing_to_do_with_the_rest_agrees_by_chance() {
    double mean = 0;
    float[] keys = LayerFixture.random(ROWS, 1, 9);
    layer.append(keys);
    KeyColumns columns = new KeyColumns(layer.cache, 0);
    for (int i = 0; i < 50; i++) {
      float[] query = LayerFixture.random(1, 1, 200 + i);
      query[0] *= 1e-3f; // chunk 0 ranks by random numbers that the whole does not see
      query[4] *= 1e-3f;
      scores.compute(query, columns, 0, ROWS);
      mean += scores.overlaps(80)[0] / 80.0 / 50;
    }

    // 80 of 400; the standard error is about .006.
    assertThat(mean).isCloseTo(0.2, within(0.03));
  }

  @Test
  void the_chunks_that_carry_the_signal_are_found_among_noise() {
    int[] planted = {1, 3};
    Random random = new Random(10);
    layer.append(LayerFixture.random(ROWS, 1, 11));
    KeyColumns columns = new KeyColumns(layer.cache, 0);
    AgreementCounts counts = new AgreementCounts("test", 1, 1, CHUNKS);
    for (int i = 0; i < 20; i++) {
      float[] query = new float[LayerFixture.HEAD_DIM];
      for (int d = 0; d < query.length; d++) {
        double size = d % CHUNKS == planted[0] || d % CHUNKS == planted[1] ? 3 : 0.5;
        query[d] = (float) (size * random.nextGaussian());
      }
      scores.compute(query, columns, 0, ROWS);
      counts.add(0, 0, scores.overlaps(40), 40);
    }

    assertThat(counts.mean().best(0, 1, 2)[0]).isEqualTo(planted);
  }
}
