package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryConfig.Pairing;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.kernels.cpu.WorkerPool;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkPairingTest {
  private static final int HEAD_DIM = 16;

  @ParameterizedTest
  @CsvSource({
    "HALF_SPLIT, TRUE_PAIR, 3, 3, 11",
    "HALF_SPLIT, ADJACENT, 3, 6, 7",
    "INTERLEAVED, TRUE_PAIR, 3, 6, 7",
    "INTERLEAVED, ADJACENT, 3, 6, 7",
    "HALF_SPLIT, TRUE_PAIR, 0, 0, 8",
    "HALF_SPLIT, TRUE_PAIR, 7, 7, 15"
  })
  void a_chunk_is_two_dimensions(
      Pairing layout, ChunkPairing pairing, int chunk, int first, int second) {
    assertThat(pairing.dims(chunk, rotary(HEAD_DIM, layout))).containsExactly(first, second);
  }

  @ParameterizedTest
  @CsvSource({
    "HALF_SPLIT, TRUE_PAIR",
    "HALF_SPLIT, ADJACENT",
    "INTERLEAVED, TRUE_PAIR",
    "INTERLEAVED, ADJACENT"
  })
  void dimensions_that_do_not_turn_are_chunks_of_neighbours(Pairing layout, ChunkPairing pairing) {
    RotaryConfig partial = rotary(6, layout);
    TreeSet<Integer> covered = new TreeSet<>();
    for (int chunk = 0; chunk < ChunkPairing.chunks(partial); chunk++) {
      for (int dim : pairing.dims(chunk, partial)) {
        assertThat(covered.add(dim)).as("dimension %d is in one chunk only", dim).isTrue();
      }
    }

    assertThat(covered).hasSize(HEAD_DIM);
    assertThat(pairing.dims(3, partial)).containsExactly(6, 7);
    assertThat(pairing.dims(7, partial)).containsExactly(14, 15);
  }

  @Test
  void a_head_of_an_odd_number_of_dimensions_is_refused() {
    RotaryConfig odd = new RotaryConfig(100, 5, 4, Pairing.HALF_SPLIT, RotaryScaling.NONE);

    assertThatThrownBy(() -> ChunkPairing.TRUE_PAIR.dims(0, odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("head_dim 5");
  }

  @ParameterizedTest
  @CsvSource({"HALF_SPLIT", "INTERLEAVED"})
  void the_product_of_a_true_pair_depends_on_the_distance_alone(Pairing layout) {
    for (int chunk = 0; chunk < HEAD_DIM / 2; chunk++) {
      assertThat(product(ChunkPairing.TRUE_PAIR, layout, chunk, 40, 7))
          .isCloseTo(product(ChunkPairing.TRUE_PAIR, layout, chunk, 133, 100), within(1e-4));
    }
  }

  @Test
  void the_product_of_neighbours_that_turn_apart_does_not() {
    double here = product(ChunkPairing.ADJACENT, Pairing.HALF_SPLIT, 1, 40, 7);
    double there = product(ChunkPairing.ADJACENT, Pairing.HALF_SPLIT, 1, 133, 100);

    assertThat(there).isNotCloseTo(here, within(1e-2));
  }

  @ParameterizedTest
  @CsvSource({
    "HALF_SPLIT, TRUE_PAIR",
    "HALF_SPLIT, ADJACENT",
    "INTERLEAVED, TRUE_PAIR",
    "INTERLEAVED, ADJACENT"
  })
  void the_products_of_all_chunks_add_up_to_the_dot_product(Pairing layout, ChunkPairing pairing) {
    float[] query = rotated(layout, 40, 1);
    float[] key = rotated(layout, 7, 2);
    double whole = 0;
    for (int i = 0; i < HEAD_DIM; i++) {
      whole += (double) query[i] * key[i];
    }
    double sum = 0;
    for (int chunk = 0; chunk < HEAD_DIM / 2; chunk++) {
      sum += product(pairing, layout, chunk, 40, 7);
    }

    assertThat(sum).isCloseTo(whole, within(1e-5));
  }

  private static double product(
      ChunkPairing pairing, Pairing layout, int chunk, int queryAt, int keyAt) {
    float[] query = rotated(layout, queryAt, 1);
    float[] key = rotated(layout, keyAt, 2);
    double sum = 0;
    for (int dim : pairing.dims(chunk, rotary(HEAD_DIM, layout))) {
      sum += (double) query[dim] * key[dim];
    }
    return sum;
  }

  private static float[] rotated(Pairing layout, int position, long seed) {
    Random random = new Random(seed);
    float[] vector = new float[HEAD_DIM];
    for (int i = 0; i < HEAD_DIM; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    try (Kernels kernels = new CpuKernels(new WorkerPool(1));
        Buffer buffer = Buffer.of(vector)) {
      kernels.rotate(
          HeadsView.dense(buffer, 1, 1, HEAD_DIM),
          new RotaryTable(rotary(HEAD_DIM, layout)),
          position);
      return buffer.toFloats(0, HEAD_DIM);
    }
  }

  private static RotaryConfig rotary(int rotaryDim, Pairing layout) {
    return new RotaryConfig(100, HEAD_DIM, rotaryDim, layout, RotaryScaling.NONE);
  }
}
