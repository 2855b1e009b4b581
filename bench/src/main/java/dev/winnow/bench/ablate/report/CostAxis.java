package dev.winnow.bench.ablate.report;

import java.util.function.Function;

/** What a variant costs against dense: less is better. */
enum CostAxis {
  /** Counted, so without an interval. */
  FLOPS("flops", "FLOPs executed / dense", v -> exactly(v.flopsRatio())),
  /** Counted, so without an interval. */
  KV("kv", "KV bytes read / dense", v -> exactly(v.kvRatio())),
  /** Measured. */
  TPOT("tpot", "TPOT / dense", VariantResult::tpotRatio);

  private final String key;
  private final String label;
  private final Function<VariantResult, Interval> cost;

  CostAxis(String key, String label, Function<VariantResult, Interval> cost) {
    this.key = key;
    this.label = label;
    this.cost = cost;
  }

  /** Name in files. */
  String key() {
    return key;
  }

  /** Title of the axis. */
  String label() {
    return label;
  }

  Interval of(VariantResult variant) {
    return cost.apply(variant);
  }

  private static Interval exactly(double value) {
    return new Interval(value, value, value);
  }
}
