package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;

/**
 * The keys of one segment for one KV head.
 *
 * @param cache where they are stored
 * @param kvHead KV head
 * @param rows which rows
 * @param rotation what happens to them
 */
record KeySource(KvPages cache, int kvHead, KeyRows rows, KeyRotation rotation) {
  static KeySource of(KvPages cache, int kvHead, AttentionPlan.Segment segment) {
    return new KeySource(cache, kvHead, segment.keys(), segment.keyRotation());
  }
}
