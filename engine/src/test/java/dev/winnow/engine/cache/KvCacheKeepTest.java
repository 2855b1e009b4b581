package dev.winnow.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that are forgotten for good. */
class KvCacheKeepTest {
  /** Two layers, two KV heads of three elements. */
  private static final int HEADS = 2;

  private static final int DIM = 3;
  private static final AttentionSpec SPEC = new AttentionSpec(2, HEADS, DIM, 0, 1, null);
  private static final long PAGE = 256L * HEADS * DIM * 4 * 2;

  private final PagePool pool = new PagePool(Long.MAX_VALUE);
  private final PlainKernels kernels = new PlainKernels();

  private KvCache open(PagePool from, DType dtype) {
    return new KvCache(from, List.of(SPEC, SPEC), dtype, 2000);
  }

  /** Element {@code d} of the key of {@code token}; exact in float16. */
  private static float element(int token, int head, int d) {
    return token - 450 + 0.25f * (head * DIM + d);
  }

  private void append(KvCache cache, int rows) {
    int first = cache.length();
    float[] keys = new float[rows * HEADS * DIM];
    float[] values = new float[keys.length];
    for (int i = 0; i < keys.length; i++) {
      int token = first + i / (HEADS * DIM);
      keys[i] = element(token, i / DIM % HEADS, i % DIM);
      values[i] = -keys[i];
    }
    for (int layer = 0; layer < 2; layer++) {
      cache.reserve(layer, rows);
      kernels.appendKv(
          HeadsView.dense(Buffer.of(keys), rows, HEADS, DIM),
          HeadsView.dense(Buffer.of(values), rows, HEADS, DIM),
          cache.layer(layer));
      cache.stored(layer, IntStream.range(first, first + rows).toArray());
    }
    cache.advance(rows);
  }

  private static void assertRows(KvCache cache, int layer, int[][] tokens) {
    KvPages rows = cache.layer(layer);
    assertThat(rows.length()).isEqualTo(tokens[0].length);
    for (int head = 0; head < HEADS; head++) {
      for (int row = 0; row < tokens[head].length; row++) {
        KvPages.Page page = rows.page(row / KvPages.PAGE_TOKENS);
        for (int d = 0; d < DIM; d++) {
          float expected = element(tokens[head][row], head, d);
          assertThat(page.keys().getFloat(rows.index(head, row) + d)).isEqualTo(expected);
          assertThat(page.values().getFloat(rows.index(head, row) + d)).isEqualTo(-expected);
        }
      }
    }
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static int[][] both(int[] list) {
    return new int[][] {list, list};
  }

  private static int[] sample(Random random, int of, int count) {
    return random.ints(0, of).distinct().limit(count).sorted().toArray();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16"})
  void everyHeadKeepsItsOwnRowsInOrderAcrossPages(DType dtype) {
    Random random = new Random(1);
    KvCache cache = open(pool, dtype);
    append(cache, 900);
    int[][] lists = {sample(random, 900, 411), sample(random, 900, 411)};
    cache.keep(0, lists);
    assertRows(cache, 0, lists);
    assertRows(cache, 1, both(range(0, 900)));
    // The rows kept, once more.
    int[][] again = {sample(random, 411, 100), sample(random, 411, 100)};
    cache.keep(0, again);
    int[][] tokens = new int[2][];
    for (int head = 0; head < HEADS; head++) {
      int[] list = lists[head];
      tokens[head] = IntStream.of(again[head]).map(row -> list[row]).toArray();
    }
    assertRows(cache, 0, tokens);
  }

  @Test
  void runsThatOverlapTheirNewPlaceAreMovedWhole() {
    KvCache cache = open(pool, DType.F32);
    append(cache, 700);
    // Row 1 goes: everything moves by one, over two page borders.
    int[] allButOne = IntStream.concat(IntStream.of(0), IntStream.range(2, 700)).toArray();
    cache.keep(0, both(allButOne));
    assertRows(cache, 0, both(allButOne));
  }

  @Test
  void pagesPastTheRowsKeptGoBackToThePool() {
    KvCache cache = open(pool, DType.F32);
    append(cache, 700);
    assertThat(pool.usedPages()).isEqualTo(6);
    cache.keep(0, both(range(400, 656)));
    assertThat(pool.usedPages()).isEqualTo(4);
    assertThat(cache.bytes()).isEqualTo(4 * PAGE);
    cache.keep(1, both(range(0, 257)));
    assertThat(pool.usedPages()).isEqualTo(3);
    append(cache, 1);
    assertThat(pool.usedPages()).isEqualTo(4);
    assertRows(
        cache, 0, both(IntStream.concat(IntStream.range(400, 656), IntStream.of(700)).toArray()));
    cache.close();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void positionsGoOnAsIfNothingHadBeenForgotten() {
    KvCache cache = open(pool, DType.F32);
    append(cache, 300);
    cache.keep(0, both(range(100, 150)));
    assertThat(cache.nextPosition(0)).isEqualTo(300);
    assertThat(cache.nextPosition(1)).isEqualTo(300);
    append(cache, 7);
    cache.keep(0, both(range(3, 20)));
    assertThat(cache.nextPosition(0)).isEqualTo(307);
    assertThat(cache.layer(0).length()).isEqualTo(17);
    assertThat(cache.length()).isEqualTo(307);
    assertThat(cache.isComplete(0)).isFalse();
    assertThat(cache.isComplete(1)).isTrue();
    cache.truncate(0);
    assertThat(cache.nextPosition(0)).isZero();
    append(cache, 5);
    assertThat(cache.nextPosition(0)).isEqualTo(5);
    assertThat(cache.isComplete(0)).isTrue();
  }

  @Test
  void aForkDoesNotNoticeWhatItsParentForgets() {
    KvCache parent = open(pool, DType.F32);
    append(parent, 600);
    KvCache child = parent.fork();
    parent.keep(0, both(range(300, 600)));
    assertRows(parent, 0, both(range(300, 600)));
    assertRows(child, 0, both(range(0, 600)));
    assertThat(child.nextPosition(0)).isEqualTo(600);
    assertThat(child.canTruncate(10)).isTrue();
    // Two pages were copied for the rows kept, the third one is the child's alone.
    assertThat(pool.usedPages()).isEqualTo(8);
    parent.close();
    assertRows(child, 0, both(range(0, 600)));
    assertRows(child, 1, both(range(0, 600)));
  }

  @Test
  void aForkOfAnEvictedCacheKeepsItsPositionsAndRules() {
    KvCache parent = open(pool, DType.F32);
    append(parent, 600);
    parent.keep(0, both(range(0, 50)));
    KvCache child = parent.fork();
    assertThat(child.nextPosition(0)).isEqualTo(600);
    assertThat(child.canTruncate(599)).isFalse();
    append(child, 1);
    assertThat(parent.layer(0).length()).isEqualTo(50);
  }

  @Test
  void sharedPagesWhoseRowsStayWhereTheyAreAreNotCopied() {
    KvCache parent = open(pool, DType.F32);
    append(parent, 700);
    KvCache child = parent.fork();
    parent.keep(0, both(IntStream.concat(range0(256), IntStream.range(500, 600)).toArray()));
    assertThat(parent.layer(0).page(0)).isSameAs(child.layer(0).page(0));
    assertThat(parent.layer(0).page(1)).isNotSameAs(child.layer(0).page(1));
    parent.keep(0, both(range(0, 200)));
    assertThat(parent.layer(0).page(0)).isSameAs(child.layer(0).page(0));
    append(parent, 1);
    assertRows(parent, 0, both(IntStream.concat(range0(200), IntStream.of(700)).toArray()));
    assertRows(child, 0, both(range(0, 700)));
  }

  private static IntStream range0(int to) {
    return IntStream.range(0, to);
  }

  @Test
  void aPoolWithoutRoomForCopiesOfSharedPagesChangesNothing() {
    PagePool small = new PagePool(4 * PAGE);
    KvCache parent = open(small, DType.F32);
    append(parent, 400);
    KvCache child = parent.fork();
    assertThatThrownBy(() -> parent.keep(0, both(range(100, 300))))
        .isInstanceOf(CapacityException.class)
        .hasMessageContaining("kv_cache_bytes is " + 4 * PAGE);
    assertRows(parent, 0, both(range(0, 400)));
    assertThat(parent.nextPosition(0)).isEqualTo(400);
    assertThat(parent.canTruncate(3)).isTrue();
    child.close();
    parent.keep(0, both(range(100, 300)));
    assertRows(parent, 0, both(range(100, 300)));
    assertThat(parent.nextPosition(0)).isEqualTo(400);
  }

  @Test
  void tokensAfterTheLastEvictionCanBeForgottenAndEarlierOnesOnlyAllTogether() {
    KvCache cache = open(pool, DType.F32);
    append(cache, 300);
    cache.keep(0, both(range(250, 300)));
    append(cache, 20);
    assertThat(cache.canTruncate(300)).isTrue();
    assertThat(cache.canTruncate(299)).isFalse();
    assertThat(cache.canTruncate(0)).isTrue();
    assertThatThrownBy(() -> cache.truncate(299))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "tokens before 300 were evicted, so that those from 299 on cannot be forgotten");
    cache.truncate(310);
    assertRows(cache, 0, both(range(250, 310)));
    assertThat(cache.nextPosition(0)).isEqualTo(310);
    cache.truncate(300);
    assertRows(cache, 0, both(range(250, 300)));
    assertRows(cache, 1, both(range(0, 300)));
    cache.truncate(0);
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void evictionMakesRoomWhereTheBudgetIsFull() {
    PagePool small = new PagePool(4 * PAGE);
    KvCache cache = open(small, DType.F32);
    append(cache, 512);
    assertThatThrownBy(() -> cache.reserve(0, 1)).isInstanceOf(CapacityException.class);
    cache.keep(0, both(range(500, 512)));
    cache.keep(1, both(range(500, 512)));
    append(cache, 300);
    assertThat(cache.length()).isEqualTo(812);
  }

  @Test
  void listsThatAreNotRowsOfTheLayerAreRefusedAndNothingChanges() {
    KvCache cache = open(pool, DType.F32);
    append(cache, 10);
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{1}}))
        .hasMessage("1 lists of rows to keep for 2 KV heads");
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{1, 2}, {1}}))
        .hasMessage("every KV head keeps as many rows, at least one; got 2 and 1");
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{}, {}}))
        .hasMessage("every KV head keeps as many rows, at least one; got 0 and 0");
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{1, 2}, {1, 10}}))
        .hasMessage("rows to keep must ascend within [0, 10), got 10 at index 1");
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{-1, 2}, {1, 2}}))
        .hasMessage("rows to keep must ascend within [0, 10), got -1 at index 0");
    assertThatThrownBy(() -> cache.keep(0, new int[][] {{2, 2}, {1, 2}}))
        .hasMessage("rows to keep must ascend within [0, 10), got 2 at index 1");
    assertRows(cache, 0, both(range(0, 10)));
    assertThat(cache.canTruncate(1)).isTrue();
  }
}
