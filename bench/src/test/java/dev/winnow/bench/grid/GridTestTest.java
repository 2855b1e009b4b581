package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.winnow.bench.grid.GridTest.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GridTestTest {

  @Test
  void readsLlamaBenchsWords() {
    assertThat(GridTest.parse("pp512, tg128,tg64@d4096"))
        .containsExactly(
            new GridTest(Kind.PP, 512, 0),
            new GridTest(Kind.TG, 128, 0),
            new GridTest(Kind.TG, 64, 4096));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pp512", "tg1", "pp128@d1024", "tg64@d4096"})
  void writesANameThatItReadsBack(String name) {
    assertThat(GridTest.parse(name)).singleElement().extracting(GridTest::name).isEqualTo(name);
  }

  @Test
  void treatsDepthZeroAsNoDepth() {
    assertThat(GridTest.parse("tg8@d0").get(0).name()).isEqualTo("tg8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GridTest.parse("tg8,tg8@d0"))
        .withMessageContaining("'tg8' is there twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "pp", "512", "xx512", "pp512,", "pp-1", "tg64@4096", "tg64@d", "pp12345678"})
  void refusesWhatIsNoTest(String grid) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GridTest.parse(grid))
        .withMessageContaining("is not a test; write ppN");
  }

  @Test
  void refusesZeroTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GridTest.parse("tg0"))
        .withMessageContaining("at least 1 token, got 0");
  }

  @Test
  void needsRoomForDepthTokensAndOneMore() {
    assertThat(GridTest.parse("tg64@d4096").get(0).context()).isEqualTo(4161);
  }
}
