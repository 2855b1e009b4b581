package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyPagesTest {

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void rowsAreFoundWhereTheyWereAppended(DType dtype) {
    checkRows(new KeyPages(2, 3, dtype));
    checkRows(KeyPages.byDimension(2, 3, dtype));
  }

  private static void checkRows(KeyPages keys) {
    try (keys) {
      fill(keys, 0, 600);
      assertThat(keys.length()).isEqualTo(600);
      assertThat(keys.bytes()).isEqualTo(3L * 2 * 256 * 3 * keys.dtype().bytes());
      for (int t : new int[] {0, 1, 255, 256, 599}) {
        for (int head = 0; head < 2; head++) {
          for (int d = 0; d < 3; d++) {
            assertThat(ReferenceSelection.element(keys, head, t, d))
                .isEqualTo(value(t, head * 3 + d));
          }
        }
      }
    }
  }

  @Test
  void byDimensionHalvesOfABlockShareInts() {
    try (KeyPages keys = KeyPages.byDimension(1, 2, DType.F16)) {
      for (int t = 0; t < 64; t++) {
        keys.append(t, -t);
      }
      float[] page = keys.keys(0).toFloats(0, 128);
      // [2 blocks, 2 dimensions, 16 pairs]
      assertThat(Arrays.copyOf(page, 4)).containsExactly(0, 16, 1, 17);
      assertThat(Arrays.copyOfRange(page, 62, 66)).containsExactly(-15, -31, 32, 48);
      try (KeyPages fork = keys.fork()) {
        assertThat(fork.index(0, 33)).isEqualTo(keys.index(0, 33)).isEqualTo(66);
        assertThat(fork.dimStride()).isEqualTo(32);
      }
    }
    try (KeyPages keys = KeyPages.byDimension(1, 2, DType.F32)) {
      keys.append(1, 2);
      keys.append(3, 4);
      assertThat(keys.keys(0).toFloats(0, 2)).containsExactly(1, 3);
      assertThat(keys.keys(0).toFloats(32, 2)).containsExactly(2, 4);
    }
  }

  @Test
  void truncatingFreesPagesAndLeavesTheRest() {
    try (KeyPages keys = new KeyPages(1, 2, DType.F16)) {
      fill(keys, 0, 600);
      Buffer last = keys.keys(2);
      keys.truncate(512);
      assertThat(keys.bytes()).isEqualTo(2 * 256 * 2 * 2);
      assertThatThrownBy(() -> last.getFloat(0)).isInstanceOf(IllegalStateException.class);
      keys.truncate(300);
      assertThat(keys.bytes()).isEqualTo(2 * 256 * 2 * 2);
      fill(keys, 300, 520);
      assertThat(keys.length()).isEqualTo(520);
      assertThat(ReferenceSelection.element(keys, 0, 299, 1)).isEqualTo(value(299, 1));
      assertThat(ReferenceSelection.element(keys, 0, 519, 1)).isEqualTo(value(519, 1));
    }
  }

  @Test
  void aForkGoesItsOwnWay() {
    try (KeyPages keys = new KeyPages(1, 2, DType.BF16)) {
      fill(keys, 0, 257);
      keys.reserve(2000);
      try (KeyPages fork = keys.fork()) {
        assertThat(fork.length()).isEqualTo(257);
        assertThat(fork.bytes()).isEqualTo(2 * 256 * 2 * 2);
        fork.truncate(1);
        fork.append(-1, -1);
        assertThat(ReferenceSelection.element(keys, 0, 1, 0)).isEqualTo(value(1, 0));
        keys.close();
        assertThat(ReferenceSelection.element(fork, 0, 0, 1)).isEqualTo(value(0, 1));
      }
    }
  }

  @Test
  void closingTwiceIsFineAndAClosedStoreIsEmpty() {
    KeyPages keys = new KeyPages(1, 2, DType.F32);
    fill(keys, 0, 3);
    keys.close();
    keys.close();
    assertThat(keys.length()).isZero();
    assertThat(keys.bytes()).isZero();
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KeyPages(0, 2, DType.F32))
        .withMessageContaining("heads 0");
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyPages(1, 0, DType.F32));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KeyPages(1, 2, DType.I32))
        .withMessageContaining("I32");
    try (KeyPages keys = new KeyPages(2, 2, DType.F32)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> keys.append(1, 2, 3))
          .withMessageContaining("2 heads of 2 elements, got 3");
      fill(keys, 0, 5);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> keys.truncate(6))
          .withMessageContaining("keep 6 of 5");
      assertThatIllegalArgumentException().isThrownBy(() -> keys.truncate(-1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> keys.setLength(257))
          .withMessageContaining("[0, 256], got 257");
      assertThat(keys.length()).isEqualTo(5);
    }
  }

  private static void fill(KeyPages keys, int from, int to) {
    float[] row = new float[keys.heads() * keys.headDim()];
    for (int t = from; t < to; t++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = value(t, i);
      }
      keys.append(row);
    }
  }

  /** A number that every type stores exactly. */
  private static float value(int token, int element) {
    return token % 101 + element % 2 * 0.5f - element / 2;
  }
}
