package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.KvPages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * One call of attend: cuts the work into slices, runs them on the pool and merges.
 *
 * <p>A unit is a query tile of one reader. Few units, as in decoding, are cut further along the
 * keys, so that every thread is busy; who finishes a unit's last slice merges it.
 */
final class AttentionCall {
  private static final int SLICES_PER_THREAD = 8;
  private static final int MIN_SLICE_KEYS = 4 * KeyTile.KEYS;

  // Below this many multiply-adds a job is done before another thread has woken up.
  private static final long MIN_PARALLEL_WORK = 150_000;

  private record Unit(int reader, int tile, int firstSlice, int slices) {}

  private record Slice(int unit, int begin, int end) {}

  private final AttentionGeometry geometry;
  private final KvPages cache;
  private final AttentionOutput output;
  private final AttentionResult result;
  private final WorkerPool pool;
  private final TileRunner[] runners;
  private final List<Unit> units = new ArrayList<>();
  private final List<Slice> slices = new ArrayList<>();

  AttentionCall(
      AttentionGeometry geometry,
      KvPages cache,
      AttentionOutput output,
      WorkerPool pool,
      TileRunner[] runners) {
    this.geometry = geometry;
    this.cache = cache;
    this.output = output;
    this.result = new AttentionResult(geometry, output);
    this.pool = pool;
    this.runners = runners;
  }

  AttentionCost run() {
    for (TileRunner runner : runners) {
      runner.resetCounters();
    }
    if (output.mass() == null) {
      for (int tile = geometry.tiles - 1; tile >= 0; tile--) { // the longest first
        addUnits(tile, geometry.tiles);
      }
      runSlices(null);
    } else {
      output.mass().segment().fill((byte) 0);
      for (int tile = 0; tile < geometry.tiles; tile++) {
        runWithMass(tile);
      }
    }
    AttentionCost cost = AttentionCost.ZERO;
    for (TileRunner runner : runners) {
      cost = cost.plus(new AttentionCost(runner.pairs, runner.bytes));
    }
    return cost;
  }

  /** One tile at a time, so that only one tile's scores are in memory. */
  private void runWithMass(int tile) {
    units.clear();
    slices.clear();
    addUnits(tile, 1);
    int queries = geometry.tileRowCount(tile) * geometry.group;
    float[][] saved = new float[geometry.readers][];
    for (int reader = 0; reader < saved.length; reader++) {
      saved[reader] = new float[Math.multiplyExact(queries, geometry.tileKeys(reader, tile))];
    }
    Partial[] parts = runSlices(saved);
    pool.run(
        units.size(),
        (index, worker) -> {
          Unit unit = units.get(index);
          float[] logSums = result.logSums2(queries, parts, unit.firstSlice(), unit.slices());
          result.addMass(unit.reader(), tile, saved[unit.reader()], logSums);
        });
  }

  private void addUnits(int tile, int tilesAtOnce) {
    long total = 0;
    for (int reader = 0; reader < geometry.readers; reader++) {
      total += geometry.tileKeys(reader, tile);
    }
    boolean cut = pool.threads() > 1 && (long) geometry.readers * tilesAtOnce < 4L * pool.threads();
    long target = Math.max(1, total * tilesAtOnce / ((long) SLICES_PER_THREAD * pool.threads()));
    for (int reader = 0; reader < geometry.readers; reader++) {
      int keys = geometry.tileKeys(reader, tile);
      int size = cut ? (int) Math.max(MIN_SLICE_KEYS, Math.min(target, keys)) : Math.max(1, keys);
      int count = Math.max(1, (keys + size - 1) / size);
      size = (keys / count + KeyTile.KEYS) / KeyTile.KEYS * KeyTile.KEYS;
      int first = slices.size();
      int begin = 0;
      do {
        slices.add(new Slice(units.size(), begin, Math.min(keys, begin + size)));
        begin += size;
      } while (begin < keys);
      units.add(new Unit(reader, tile, first, slices.size() - first));
    }
  }

  /** Runs all slices and writes the output; returns the parts of units cut into slices. */
  private Partial[] runSlices(float[][] saved) {
    Partial[] parts = new Partial[slices.size()];
    AtomicIntegerArray done = new AtomicIntegerArray(units.size());
    WorkerPool.Task task =
        (index, worker) -> {
          Slice slice = slices.get(index);
          Unit unit = units.get(slice.unit());
          TileRunner runner = runners[worker];
          boolean whole = unit.slices() == 1 && saved == null;
          Partial part = whole ? runner.own : new Partial();
          runner.run(
              geometry,
              cache,
              unit.reader(),
              unit.tile(),
              slice.begin(),
              slice.end(),
              saved == null ? null : saved[unit.reader()],
              part);
          if (whole) {
            result.write(unit.reader(), unit.tile(), new Partial[] {part}, 0, 1);
            return;
          }
          parts[index] = part;
          if (done.incrementAndGet(slice.unit()) == unit.slices()) {
            result.write(unit.reader(), unit.tile(), parts, unit.firstSlice(), unit.slices());
          }
        };
    if (smallWork()) {
      pool.runHere(slices.size(), task);
    } else {
      pool.run(slices.size(), task);
    }
    return parts;
  }

  private boolean smallWork() {
    long work = 0;
    for (Slice slice : slices) {
      int queries = geometry.tileRowCount(units.get(slice.unit()).tile()) * geometry.group;
      work += 2L * (slice.end() - slice.begin()) * queries * geometry.headDim;
    }
    return work < MIN_PARALLEL_WORK;
  }
}
