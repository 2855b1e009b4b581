package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;

/** Checks of the arguments of the kernels that choose keys. */
final class SelectionArguments {
  private SelectionArguments() {}

  static void checkPack(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    Arguments.require(
        firstRow >= 0 && rows >= 0 && (long) firstRow + rows <= cache.length(),
        "rows from %d, %d of them, of a cache of %d rows",
        firstRow,
        rows,
        cache.length());
    Arguments.require(
        dims.length == packed.heads() && packed.heads() % cache.kvHeads() == 0,
        "%d lists of dimensions for %d packed heads and %d KV heads: give one list for each packed"
            + " head, of which there must be a multiple of the KV heads",
        dims.length,
        packed.heads(),
        cache.kvHeads());
    for (int head = 0; head < dims.length; head++) {
      Arguments.require(
          dims[head].length == packed.headDim(),
          "head %d lists %d dimensions, packed keys have %d",
          head,
          dims[head].length,
          packed.headDim());
      for (int dim : dims[head]) {
        Arguments.require(
            dim >= 0 && dim < cache.headDim(),
            "head %d: dimension must be in [0, %d), got %d",
            head,
            cache.headDim(),
            dim);
      }
    }
    Arguments.require(
        (long) packed.length() + rows <= Integer.MAX_VALUE,
        "%d rows behind %d are too many",
        rows,
        packed.length());
  }

  static void checkScoreKeys(HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    checkQueries(queries, keys, from, to);
    checkLength("scores", scores, (long) queries.heads() * (to - from));
  }

  static void checkSelectKeys(
      HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    checkQueries(queries, keys, from, to);
    checkGroups(queries.heads(), groups);
    Arguments.require(k >= 0, "k must be >= 0, got %d", k);
  }

  private static void checkGroups(int heads, int groups) {
    Arguments.require(
        heads >= 1 && groups >= 1 && heads % groups == 0,
        "groups must divide the heads, got %d heads in %d groups",
        heads,
        groups);
  }

  private static void checkQueries(HeadsView queries, KeyStore keys, int from, int to) {
    Arguments.require(
        queries.rows() == 1, "queries must be one row, got %d: score each apart", queries.rows());
    checkWidth("queries", queries, keys);
    Arguments.require(
        queries.heads() % keys.heads() == 0,
        "%d query heads are not a multiple of %d key heads",
        queries.heads(),
        keys.heads());
    checkRange(keys, from, to);
  }

  static void checkBlockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    Arguments.require(
        probe.rows() == 1 && probe.heads() == 1 && representatives.heads() == 1,
        "a probe [1, 1, width] meets representatives of one head, got a probe [%d, %d, %d] and %d"
            + " heads",
        probe.rows(),
        probe.heads(),
        probe.headDim(),
        representatives.heads());
    Arguments.require(
        representatives.dimStride() == 1, "representatives must be stored row by row");
    checkWidth("the probe", probe, representatives);
    checkRange(representatives, from, to);
    checkLength("scores", scores, to - from);
  }

  static void checkSoftVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    checkGroups(heads, groups);
    Arguments.require(count >= 0, "count must be >= 0, got %d", count);
    checkLength("scores", scores, (long) heads * count);
    checkLength("votes", votes, (long) groups * count);
    Arguments.require(
        scores.segment().asOverlappingSlice(votes.segment()).isEmpty(),
        "scores and votes share memory: votes need their own");
  }

  static void checkTopK(Buffer scores, long offset, long rows, int count, int k) {
    Arguments.require(
        offset >= 0 && rows >= 0 && count >= 0 && k >= 0,
        "offset, rows, count and k must be >= 0, got offset %d, rows %d, count %d, k %d",
        offset,
        rows,
        count,
        k);
    long elements = rows * count;
    checkLength("scores", scores, offset > Long.MAX_VALUE - elements ? offset : offset + elements);
  }

  private static void checkWidth(String name, HeadsView view, KeyStore keys) {
    Arguments.require(
        view.headDim() == keys.headDim(),
        "%s have headDim %d, the keys %d",
        name,
        view.headDim(),
        keys.headDim());
  }

  private static void checkRange(KeyStore keys, int from, int to) {
    Arguments.require(
        from >= 0 && from <= to && to <= keys.length(),
        "keys [%d, %d) of a store of %d rows",
        from,
        to,
        keys.length());
  }

  private static void checkLength(String name, Buffer buffer, long elements) {
    Arguments.require(
        buffer.dtype() == DType.F32 && buffer.elements() >= elements,
        "%s need at least %d F32 elements, got %d %s",
        name,
        elements,
        buffer.elements(),
        buffer.dtype());
  }
}
