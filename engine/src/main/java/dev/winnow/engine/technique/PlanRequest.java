package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.List;

/**
 * A layer's attention before it is planned; its keys and values are stored already. Valid until the
 * plan is returned.
 */
public final class PlanRequest {
  private final int layer;
  private final Phase phase;
  private final AttentionSpec spec;
  private final KeyForm keyForm;
  private final HeadsView rotated;
  private final HeadsView unrotated;
  private final KvPages cache;
  private final int firstRow;
  private final int firstPosition;
  private final Kernels kernels;
  private AttentionPlan dense;

  /**
   * A request.
   *
   * @param unrotated null when {@code keyForm} is {@link KeyForm#ROTATED}
   */
  public PlanRequest(
      int layer,
      Phase phase,
      AttentionSpec spec,
      KeyForm keyForm,
      HeadsView rotated,
      HeadsView unrotated,
      KvPages cache,
      int firstRow,
      int firstPosition,
      Kernels kernels) {
    this.layer = layer;
    this.phase = phase;
    this.spec = spec;
    this.keyForm = keyForm;
    this.rotated = rotated;
    this.unrotated = unrotated;
    this.cache = cache;
    this.firstRow = firstRow;
    this.firstPosition = firstPosition;
    this.kernels = kernels;
  }

  /** The layer, from 0. */
  public int layer() {
    return layer;
  }

  /** What the query rows are. */
  public Phase phase() {
    return phase;
  }

  /** The layer's attention. */
  public AttentionSpec spec() {
    return spec;
  }

  /** Queries rotated at their own positions, {@code [rows, heads, headDim]}. */
  public HeadsView queries() {
    return rotated;
  }

  /**
   * Queries as projected, {@code [rows, heads, headDim]}.
   *
   * @throws IllegalStateException if keys are stored rotated: such queries are not kept then
   */
  public HeadsView unrotatedQueries() {
    if (unrotated == null) {
      throw new IllegalStateException(
          "un-rotated queries are kept only for techniques whose keyForm() is UNROTATED");
    }
    return unrotated;
  }

  /** Keys and values of the layer, those of the query rows included. */
  public KvPages cache() {
    return cache;
  }

  /** Row of the cache that holds the key of query row 0. */
  public int firstRow() {
    return firstRow;
  }

  /** Query rows. */
  public int rows() {
    return rotated.rows();
  }

  /** Position of query row 0: its row, and the rows that were evicted before it. */
  public int firstPosition() {
    return firstPosition;
  }

  /** First row of the cache that a query may see: 0, or where the window of row 0 begins. */
  public int firstVisibleRow() {
    return spec.window() == 0 ? 0 : Math.max(0, firstRow - spec.window() + 1);
  }

  /** The kernels to compute with; what they score is counted for the layer. */
  public Kernels kernels() {
    return kernels;
  }

  /** The exact plan: every key that each query may see, at its own position. */
  public AttentionPlan dense() {
    if (dense == null) {
      AttentionPlan plan =
          spec.causal()
              ? AttentionPlan.dense(rotated, firstRow, spec.window(), spec.scale())
              : AttentionPlan.bidirectional(rotated, firstRow, cache.length(), spec.scale());
      dense = keyForm == KeyForm.ROTATED ? plan : rotatingKeys(plan);
    }
    return dense;
  }

  /**
   * The plan in which every query row reads {@code keys}, of those that come before it.
   *
   * @param keys rows of the cache, stored rotated
   */
  public AttentionPlan reading(KeyRows keys) {
    return reading(List.of(new AttentionPlan.Segment(rotated, keys, KeyRotation.AS_STORED)));
  }

  /** The plan of {@code segments}, each query row reading what comes before it. */
  public AttentionPlan reading(List<AttentionPlan.Segment> segments) {
    return new AttentionPlan(segments, firstRow, spec.causal(), spec.window(), spec.scale());
  }

  private AttentionPlan rotatingKeys(AttentionPlan plan) {
    KeyRows keys = plan.segments().get(0).keys();
    KeyRotation rotation = new KeyRotation.TruePosition(spec.rotary());
    return new AttentionPlan(
        List.of(new AttentionPlan.Segment(rotated, keys, rotation)),
        firstRow,
        plan.causal(),
        spec.window(),
        spec.scale());
  }
}
