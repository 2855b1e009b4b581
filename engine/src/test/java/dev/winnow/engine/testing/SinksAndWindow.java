package dev.winnow.engine.testing;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Generated tokens attend to the first {@code sinks} keys and the last {@code window}, at their own
 * positions, on one layer.
 *
 * @param appended records {@code layer:firstRow+rows} of every append
 */
public record SinksAndWindow(
    int layer, int sinks, int window, KeyForm keyForm, List<String> appended) implements Technique {

  /** On keys stored as {@code keyForm}. */
  public static SinksAndWindow of(int layer, int sinks, int window, KeyForm keyForm) {
    return new SinksAndWindow(layer, sinks, window, keyForm, new ArrayList<>());
  }

  @Override
  public String name() {
    return "test_window_on_" + layer;
  }

  @Override
  public List<Claim> claims(int layers) {
    return Claim.on(Hook.PLAN, layer);
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new Session();
  }

  private final class Session implements TechniqueSession {
    @Override
    public KeyForm keyForm() {
      return keyForm;
    }

    @Override
    public void onAppend(int appendedLayer, KvPages cache, int firstRow, int rows) {
      appended.add(appendedLayer + ":" + firstRow + "+" + rows);
    }

    @Override
    public AttentionPlan plan(PlanRequest request) {
      int length = request.cache().length();
      if (request.phase() == Phase.PREFILL || length <= sinks + window) {
        return request.dense();
      }
      int[] rows =
          IntStream.concat(IntStream.range(0, sinks), IntStream.range(length - window, length))
              .toArray();
      KeyRotation rotation =
          keyForm == KeyForm.ROTATED
              ? KeyRotation.AS_STORED
              : new KeyRotation.TruePosition(request.spec().rotary());
      return new AttentionPlan(
          List.of(
              new AttentionPlan.Segment(
                  request.queries(), KeyRows.Gathered.shared(rows), rotation)),
          request.firstPosition(),
          true,
          0,
          request.spec().scale());
    }

    @Override
    public TechniqueSession fork() {
      return new Session();
    }
  }
}
