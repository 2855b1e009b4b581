package dev.winnow.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.technique.Residency;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a cache in a file: row {@code t} of the tests holds key {@code t} and value -t. */
class SpillTest {
  /** Two layers, one head of one element: a page is 256 rows of 8 bytes. */
  private static final List<AttentionSpec> TINY =
      Collections.nCopies(2, new AttentionSpec(1, 1, 1, 0, 1, null));

  private static final int PAGE = 256 * 8;

  @TempDir private Path folder;
  private final PlainKernels kernels = new PlainKernels();

  /** The file, whose writes fail from the given one on. */
  private static final class FailingFile extends SpillFile {
    private int writesLeft;

    FailingFile(Path folder, int writesLeft) {
      super(folder);
      this.writesLeft = writesLeft;
    }

    @Override
    void put(FileChannel to, MemorySegment from, long offset) throws IOException {
      if (writesLeft-- <= 0) {
        throw new IOException("No space left on device");
      }
      super.put(to, from, offset);
    }
  }

  private PagePool pool = new PagePool(Long.MAX_VALUE);
  private SpillFile file;

  private KvCache open(int recent, int cached) {
    return open(new Residency(recent, cached));
  }

  private KvCache open(Residency first) {
    if (file == null) {
      file = new SpillFile(folder);
    }
    return new KvCache(pool, file, TINY, DType.F32, 10_000, List.of(first, Residency.IN_MEMORY));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (file != null) {
      file.close();
    }
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private void append(KvCache cache, int rows, boolean spill) {
    int first = cache.length();
    append(cache, rows, spill, first);
  }

  private void append(KvCache cache, int rows, boolean spill, float value) {
    int first = cache.length();
    for (int layer = 0; layer < 2; layer++) {
      cache.reserve(layer, rows);
      float[] keys = new float[rows];
      float[] values = new float[rows];
      for (int i = 0; i < rows; i++) {
        keys[i] = value + i;
        values[i] = -keys[i];
      }
      kernels.appendKv(view(keys), view(values), cache.layer(layer));
      cache.stored(layer, IntStream.range(first, first + rows).toArray());
      if (spill) {
        cache.spill(layer);
      }
    }
    cache.advance(rows);
  }

  private static HeadsView view(float[] values) {
    return HeadsView.dense(Buffer.of(values), values.length, 1, 1);
  }

  private static float key(KvCache cache, int layer, int row) {
    KvPages rows = cache.layer(layer);
    KvPages.Page page = rows.page(row / KvPages.PAGE_TOKENS);
    float key = page.keys().getFloat(rows.index(0, row));
    assertThat(page.values().getFloat(rows.index(0, row))).isEqualTo(-key);
    return key;
  }

  private static void assertCounts(KvCache cache) {
    for (int layer = 0; layer < 2; layer++) {
      for (int row = 0; row < cache.layer(layer).length(); row++) {
        assertThat(key(cache, layer, row)).isEqualTo(row);
      }
    }
  }

  private static AttentionPlan reading(int length, int... rows) {
    return new AttentionPlan(
        List.of(
            new AttentionPlan.Segment(
                view(new float[1]), KeyRows.Gathered.shared(rows), KeyRotation.AS_STORED)),
        length - 1,
        true,
        0,
        1);
  }

  @Test
  void wholePagesOlderThanTheNewestTokensLeaveMemory() {
    KvCache cache = open(300, 0);
    append(cache, 555, true);
    assertThat(cache.spilledBytes()).isZero();
    append(cache, 1, true);
    // 556 rows, 300 of them recent: the first page is old, one row of it just so.
    assertThat(cache.spilledBytes()).isEqualTo(PAGE);
    assertThat(cache.bytes()).isEqualTo(2 * PAGE + 3 * PAGE);
    assertThat(pool.usedPages()).isEqualTo(5);
    append(cache, 1000, true);
    assertThat(cache.spilledBytes()).isEqualTo(4 * PAGE);
    assertThat(file.usedBytes()).isEqualTo(4 * PAGE);
    assertCounts(cache);
    cache.close();
    assertThat(file.usedBytes()).isZero();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void withoutRecentTokensOnlyTheUnfinishedPageStays() {
    KvCache cache = open(0, 0);
    append(cache, 700, true);
    assertThat(cache.spilledBytes()).isEqualTo(2 * PAGE);
    append(cache, 68, true);
    assertThat(cache.spilledBytes()).isEqualTo(3 * PAGE);
    append(cache, 1, true);
    assertCounts(cache);
    cache.close();
  }

  @Test
  void aForkSharesPagesInTheFileAndOutlivesItsParent() {
    KvCache parent = open(0, 0);
    append(parent, 600, true);
    KvCache child = parent.fork();
    assertThat(file.usedBytes()).isEqualTo(2 * PAGE);
    append(child, 300, true);
    parent.close();
    assertThat(file.usedBytes()).isEqualTo(3 * PAGE);
    assertCounts(child);
    child.close();
    assertThat(file.usedBytes()).isZero();
  }

  @Test
  void aPageThatIsSharedInMemoryLeavesItForOneOfTheSequences() {
    KvCache parent = open(0, 0);
    append(parent, 300, false);
    KvCache child = parent.fork();
    parent.spill(0);
    assertThat(pool.usedPages()).isEqualTo(4);
    assertThat(parent.spilledBytes()).isEqualTo(PAGE);
    assertThat(child.spilledBytes()).isZero();
    child.spill(0);
    assertThat(pool.usedPages()).isEqualTo(3);
    assertCounts(parent);
    assertCounts(child);
    parent.close();
    child.close();
  }

  @Test
  void whoWritesIntoAPageInTheFileGetsItBackIntoMemory() {
    KvCache parent = open(0, 0);
    append(parent, 512, true);
    KvCache child = parent.fork();
    child.truncate(300);
    append(child, 10, true, 1000);
    assertThat(child.spilledBytes()).isEqualTo(PAGE);
    assertThat(key(child, 0, 299)).isEqualTo(299);
    assertThat(key(child, 0, 300)).isEqualTo(1000);
    assertCounts(parent);
    parent.truncate(100);
    append(parent, 200, true);
    assertCounts(parent);
    parent.close();
    child.close();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void rowsThatAreKeptComeBackAndTheOthersAreForgotten() {
    KvCache cache = open(0, 0);
    append(cache, 1000, true);
    int[] kept = IntStream.range(0, 1000).filter(row -> row < 256 || row % 10 == 0).toArray();
    cache.keep(0, new int[][] {kept});
    // The first page is kept as it is; rows move within the others only.
    assertThat(cache.spilledBytes()).isEqualTo(PAGE);
    for (int i = 0; i < kept.length; i++) {
      assertThat(key(cache, 0, i)).isEqualTo(kept[i]);
    }
    cache.close();
  }

  @Test
  void pagesThatAreReadStayLoadedUntilOthersWereReadMoreRecently() {
    KvCache cache = open(0, 300); // rounded up to two pages
    append(cache, 1280, true);
    long inMemory = cache.bytes();
    cache.load(0, reading(1280, 3, 200, 513));
    assertThat(cache.pagesLoaded()).isEqualTo(2);
    assertThat(cache.bytes()).isEqualTo(inMemory + 2 * PAGE);
    cache.load(0, reading(1280, 4));
    assertThat(cache.pagesLoaded()).isEqualTo(2);
    cache.load(0, reading(1280, 300)); // in place of page 2
    assertThat(cache.pagesLoaded()).isEqualTo(3);
    cache.load(0, reading(1280, 5, 257));
    assertThat(cache.pagesLoaded()).isEqualTo(3);
    cache.load(0, reading(1280, 600));
    assertThat(cache.pagesLoaded()).isEqualTo(4);
    assertThat(cache.bytes()).isEqualTo(inMemory + 2 * PAGE);
    assertCounts(cache);
    cache.close();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void aStepThatReadsMorePagesThanAreHeldDoesNotReplaceItsOwn() {
    KvCache cache = open(0, 512);
    append(cache, 1280, true);
    int[] everyPage = {0, 256, 512, 768, 1024};
    cache.load(0, reading(1280, everyPage));
    cache.load(0, reading(1280, everyPage));
    assertThat(cache.pagesLoaded()).isEqualTo(2);
    assertCounts(cache);
    cache.close();
  }

  @Test
  void aPlanOfARangeLoadsItsPages() {
    KvCache cache = open(0, 10_000);
    append(cache, 1025, true);
    HeadsView query = view(new float[1]);
    cache.load(0, AttentionPlan.dense(query, 1024, 600, 1));
    assertThat(cache.pagesLoaded()).isEqualTo(3); // rows 425 to 1024, the last in memory
    cache.load(1, AttentionPlan.dense(query, 1024, 0, 1));
    assertThat(cache.pagesLoaded()).isEqualTo(3);
    cache.close();
  }

  @Test
  void copiesGoWithTheirPages() {
    KvCache cache = open(0, 10_000);
    append(cache, 1024, true);
    cache.load(0, AttentionPlan.dense(view(new float[1]), 1023, 0, 1));
    KvCache child = cache.fork();
    assertThat(child.bytes()).isEqualTo(cache.bytes() - 4 * PAGE);
    cache.truncate(300);
    assertThat(cache.bytes()).isEqualTo(2 * PAGE + 2 * PAGE);
    append(cache, 100, true);
    assertCounts(cache);
    assertCounts(child);
    cache.close();
    child.close();
    assertThat(pool.usedPages()).isZero();
  }

  @Test
  void copiesMakeRoomForNewTokens() {
    pool = new PagePool(5 * PAGE);
    KvCache cache = open(0, 10_000);
    append(cache, 512, true);
    cache.load(0, AttentionPlan.dense(view(new float[1]), 511, 0, 1));
    assertThat(pool.usedPages()).isEqualTo(4);
    append(cache, 512, true);
    assertThat(pool.usedPages()).isEqualTo(4);
    assertThat(cache.length()).isEqualTo(1024);
    assertCounts(cache);
    cache.close();
  }

  @Test
  void whatGoesToTheFileDoesNotCountAgainstTheBudget() {
    pool = new PagePool(12 * PAGE);
    KvCache cache = open(256, 0);
    // Two pages of the first layer at most, and all of the second.
    cache.checkFits(2560, layer -> true, (layer, tokens) -> tokens);
    assertThatThrownBy(() -> cache.checkFits(2561, layer -> true, (layer, tokens) -> tokens))
        .isInstanceOfSatisfying(
            CapacityException.class, e -> assertThat(e.fittingTokens()).isEqualTo(2560));
    for (int i = 0; i < 10; i++) {
      append(cache, 256, true);
    }
    assertCounts(cache);
    cache.close();
  }

  @Test
  void aFullDiskIsSaidAndTheSequenceGoesOn() {
    file = new FailingFile(folder, 3); // one page and the keys of another
    KvCache cache = open(0, 0);
    append(cache, 700, false);
    assertThatThrownBy(() -> cache.spill(0))
        .isInstanceOf(SpillException.class)
        .hasMessageContaining("cannot move 2048 bytes")
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("kv_spill_dir");
    assertThat(cache.spilledBytes()).isEqualTo(PAGE);
    assertThat(file.usedBytes()).isEqualTo(PAGE);
    assertCounts(cache);
    ((FailingFile) file).writesLeft = 100;
    append(cache, 10, true);
    assertThat(cache.spilledBytes()).isEqualTo(2 * PAGE);
    assertCounts(cache);
    cache.close();
    assertThat(file.usedBytes()).isZero();
  }

  @Test
  void aFolderThatIsMissingIsNamed() {
    file = new SpillFile(folder.resolve("none"));
    KvCache cache = open(0, 0);
    append(cache, 300, false);
    assertThatThrownBy(() -> cache.spill(0))
        .isInstanceOf(SpillException.class)
        .hasMessageContaining(folder.resolve("none").toString())
        .hasMessageContaining("NoSuchFile");
    assertCounts(cache);
    cache.close();
  }

  @Test
  void placesInTheFileAreUsedAgain() {
    KvCache keeper = open(0, 0);
    append(keeper, 256, true);
    long before = file.usedBytes();
    for (int i = 0; i < 50; i++) {
      KvCache cache = open(0, 0);
      append(cache, 1024, true);
      assertCounts(cache);
      cache.close();
      assertThat(file.usedBytes()).isEqualTo(before);
    }
    assertCounts(keeper);
    keeper.close();
  }

  @Test
  void aSequenceMayBeClosedAfterTheFile() {
    KvCache cache = open(0, 0);
    append(cache, 600, true);
    file.close();
    cache.close();
    assertThat(file.usedBytes()).isZero();
    assertThat(pool.usedPages()).isZero();
  }
}
