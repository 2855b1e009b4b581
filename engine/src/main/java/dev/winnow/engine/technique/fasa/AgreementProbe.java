package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.models.AttentionSpec;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Looks on while a model reads a text densely: a token of a prompt asks its keys the same question
 * as a generated one in its place would.
 */
final class AgreementProbe implements Technique {

  /** Gets the scores of one query. */
  interface Observer {
    /** Query head {@code head} of {@code layer} scored the keys that it sees. */
    void observe(int layer, int head, ChunkScores scores);
  }

  private final ChunkPairing pairing;
  private final BitSet positions;
  private final Observer observer;

  /** Shows {@code observer} the queries at {@code positions}, which may change between steps. */
  AgreementProbe(ChunkPairing pairing, BitSet positions, Observer observer) {
    this.pairing = pairing;
    this.positions = positions;
    this.observer = observer;
  }

  @Override
  public String name() {
    return "fasa_calibration";
  }

  @Override
  public List<Claim> claims(int layers) {
    return Claim.range(Hook.PLAN, 0, layers);
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new Session(context);
  }

  private final class Session implements TechniqueSession {
    private final SequenceContext context;

    Session(SequenceContext context) {
      this.context = context;
    }

    @Override
    public AttentionPlan plan(PlanRequest request) {
      int[] rows =
          IntStream.range(0, request.rows())
              .filter(row -> positions.get(request.firstRow() + row))
              .toArray();
      if (rows.length > 0) {
        observe(request, rows);
      }
      return request.dense();
    }

    private void observe(PlanRequest request, int[] rows) {
      AttentionSpec spec = request.spec();
      int group = spec.heads() / spec.kvHeads();
      HeadsView queries = request.queries();
      try (ChunkScores scores = new ChunkScores(context.kernels(), dims(spec))) {
        for (int kvHead = 0; kvHead < spec.kvHeads(); kvHead++) {
          KeyColumns keys = new KeyColumns(request.cache(), kvHead);
          for (int row : rows) {
            int to = request.firstRow() + row + 1;
            int from = spec.window() == 0 ? 0 : Math.max(0, to - spec.window());
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
              float[] query = queries.buffer().toFloats(queries.index(row, head), spec.headDim());
              scores.compute(query, keys, from, to);
              observer.observe(request.layer(), head, scores);
            }
          }
        }
      }
    }

    private int[][] dims(AttentionSpec spec) {
      RotaryConfig rotary = spec.rotary().config();
      return IntStream.range(0, ChunkPairing.chunks(rotary))
          .mapToObj(chunk -> pairing.dims(chunk, rotary))
          .toArray(int[][]::new);
    }

    @Override
    public TechniqueSession fork() {
      return new Session(context);
    }
  }
}
