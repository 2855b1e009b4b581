package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FarRowsTest {

  @Test
  void rowsAreTheFirstOnesTheBlocksAndThoseBehindTheLastBlock() {
    FarRows far = new FarRows(2, 3, 11, 0, 13);
    assertThat(far.with(new int[] {0, 2})).containsExactly(0, 1, 2, 3, 4, 8, 9, 10, 11, 12);
    assertThat(far.count(2)).isEqualTo(10);
    assertThat(far.with(new int[0])).containsExactly(0, 1, 11, 12);
  }

  @Test
  void withAllBlocksEveryFarRowIsThereOnce() {
    for (int init = 0; init < 4; init++) {
      for (int to = 0; to < 40; to++) {
        int blocks = Math.max(0, (to - init) / 5);
        FarRows far = new FarRows(init, 5, init + blocks * 5, 0, to);
        int[] all = IntStream.range(0, blocks).toArray();
        assertThat(far.with(all)).isEqualTo(IntStream.range(0, to).toArray());
        assertThat(far.count(blocks)).isEqualTo(to);
      }
    }
  }

  @Test
  void nothingIsFarWhileTheWindowCoversAll() {
    FarRows far = new FarRows(4, 8, 4, 0, -20);
    assertThat(far.with(new int[0])).isEmpty();
    assertThat(far.count(0)).isZero();
  }

  @Test
  void rowsBeforeASlidingWindowAreLeftOut() {
    FarRows far = new FarRows(4, 3, 19, 9, 21);
    assertThat(far.firstBlock()).isEqualTo(2); // rows 10 to 12
    assertThat(far.with(new int[] {2, 4})).containsExactly(10, 11, 12, 16, 17, 18, 19, 20);
    assertThat(far.count(2)).isEqualTo(8);
    FarRows within = new FarRows(4, 3, 19, 2, 21);
    assertThat(within.firstBlock()).isZero();
    assertThat(within.with(new int[0])).containsExactly(2, 3, 19, 20);
  }
}
