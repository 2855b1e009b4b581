package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;

/** Checks of kernel arguments against each other; every failure says what was got and wanted. */
final class Arguments {
  private Arguments() {}

  static void checkRotate(HeadsView x, RotaryTable table) {
    require(
        table.config().headDim() == x.headDim(),
        "the rotary table is for headDim %d, the view has %d",
        table.config().headDim(),
        x.headDim());
  }

  static void checkPositions(long first, long last) {
    require(
        first >= 0 && last < RotaryTable.MAX_POSITIONS,
        "rotary positions must be in [0, %d), got %d to %d",
        RotaryTable.MAX_POSITIONS,
        first,
        last);
  }

  static void checkAppend(HeadsView keys, HeadsView values, KvPages cache) {
    for (HeadsView view : new HeadsView[] {keys, values}) {
      require(
          view.heads() == cache.kvHeads() && view.headDim() == cache.headDim(),
          "the cache holds %d heads of %d, got %d of %d",
          cache.kvHeads(),
          cache.headDim(),
          view.heads(),
          view.headDim());
    }
    require(keys.rows() == values.rows(), "%d key rows, %d value rows", keys.rows(), values.rows());
    require(
        keys.rows() <= cache.capacity() - cache.length(),
        "%d rows do not fit behind %d of %d: add pages first",
        keys.rows(),
        cache.length(),
        cache.capacity());
  }

  static void checkPlan(AttentionPlan plan, KvPages cache) {
    HeadsView queries = plan.segments().get(0).queries();
    require(
        queries.headDim() == cache.headDim(),
        "queries have headDim %d, the cache %d",
        queries.headDim(),
        cache.headDim());
    require(
        queries.heads() % cache.kvHeads() == 0,
        "%d query heads are not a multiple of %d KV heads",
        queries.heads(),
        cache.kvHeads());
    require(
        (long) plan.firstPosition() + queries.rows() <= Integer.MAX_VALUE,
        "positions from %d for %d rows are too large",
        plan.firstPosition(),
        queries.rows());
    for (AttentionPlan.Segment segment : plan.segments()) {
      checkKeys(segment.keys(), cache, queries.heads());
      checkRotation(segment, cache);
    }
  }

  private static void checkKeys(KeyRows keys, KvPages cache, int heads) {
    if (keys instanceof KeyRows.Range range) {
      require(
          range.to() <= cache.length(),
          "keys [%d, %d) of a cache of %d rows",
          range.from(),
          range.to(),
          cache.length());
    } else if (keys instanceof KeyRows.Gathered gathered) {
      int lists = gathered.lists().length;
      require(
          lists == 1 || lists == cache.kvHeads() || lists == heads,
          "got %d row lists: give one shared list, one for each of %d KV heads, or one for each of"
              + " %d query heads",
          lists,
          cache.kvHeads(),
          heads);
      for (int[] list : gathered.lists()) {
        require(
            list.length == 0 || list[list.length - 1] < cache.length(),
            "row %d of a cache of %d rows",
            list.length == 0 ? 0 : list[list.length - 1],
            cache.length());
      }
    }
  }

  private static void checkRotation(AttentionPlan.Segment segment, KvPages cache) {
    RotaryTable table = null;
    if (segment.keyRotation() instanceof KeyRotation.CompactRank rank) {
      table = rank.table();
      int most = 0;
      for (int list = 0; list < segment.keys().listCount(); list++) {
        most = Math.max(most, segment.keys().count(list));
      }
      checkPositions(rank.first(), (long) rank.first() + Math.max(0, most - 1));
    } else if (segment.keyRotation() instanceof KeyRotation.TruePosition position) {
      table = position.table();
      checkPositions(0, Math.max(0, cache.length() - 1));
    } else if (segment.keyRotation() instanceof KeyRotation.Fixed fixed) {
      table = fixed.table();
      checkPositions(fixed.position(), fixed.position());
    }
    if (table != null) {
      checkRotate(segment.queries(), table);
    }
  }

  static void checkOutput(AttentionOutput output, AttentionGeometry geometry) {
    HeadsView values = output.values();
    require(
        values.rows() == geometry.rows
            && values.heads() == geometry.heads
            && values.headDim() == geometry.headDim,
        "output [%d, %d, %d] for queries [%d, %d, %d]",
        values.rows(),
        values.heads(),
        values.headDim(),
        geometry.rows,
        geometry.heads,
        geometry.headDim);
    if (output.logSumExp() != null) {
      checkFloats("logSumExp", output.logSumExp(), (long) geometry.rows * geometry.heads);
    }
    if (output.mass() != null) {
      checkFloats(
          "mass", output.mass(), (long) geometry.heads * geometry.plan.mostKeys(geometry.heads));
    }
  }

  private static void checkFloats(String name, Buffer buffer, long elements) {
    require(
        buffer.dtype() == DType.F32 && buffer.elements() == elements,
        "%s needs %d F32 elements, got %d %s",
        name,
        elements,
        buffer.elements(),
        buffer.dtype());
  }

  static void require(boolean condition, String format, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(format.formatted(values));
    }
  }
}
