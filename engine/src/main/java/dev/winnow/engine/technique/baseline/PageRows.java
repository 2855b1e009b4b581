package dev.winnow.engine.technique.baseline;

/** Rows of pages. */
final class PageRows {
  private PageRows() {}

  /** Pages of {@code page} rows that {@code rows} rows take. */
  static int count(int rows, int page) {
    return (rows + page - 1) / page;
  }

  /**
   * The rows of {@code pages}, which ascend.
   *
   * @param from row at which page 0 begins
   * @param to where the rows of the last page end
   */
  static int[] of(int[] pages, int page, int from, int to) {
    int count = 0;
    for (int index : pages) {
      count += Math.min(page, to - from - index * page);
    }
    int[] rows = new int[count];
    int i = 0;
    for (int index : pages) {
      int begin = from + index * page;
      for (int row = begin; row < Math.min(begin + page, to); row++) {
        rows[i++] = row;
      }
    }
    return rows;
  }
}
