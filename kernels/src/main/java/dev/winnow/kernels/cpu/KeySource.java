package dev.winnow.kernels.cpu;

import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;

/**
 * The keys of one segment for one reader.
 *
 * @param cache where they are stored
 * @param kvHead KV head
 * @param rows which rows
 * @param list which list of the rows
 * @param rotation what happens to them
 */
record KeySource(KvPages cache, int kvHead, KeyRows rows, int list, KeyRotation rotation) {
  /** Cache row of the key at {@code index} of the list. */
  int row(int index) {
    return rows.row(list, index);
  }
}
