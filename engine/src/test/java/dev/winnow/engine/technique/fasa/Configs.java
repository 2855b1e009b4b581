package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import java.util.List;

/** Parameters for tests, which select however few tokens there are. */
final class Configs {
  private Configs() {}

  /** A variant with the defaults otherwise and without break-even. */
  static FasaConfig of(int budget, int chunks, Sets sets, Lists lists) {
    return with(budget, chunks, ChunkPairing.TRUE_PAIR, sets, lists, 0, 0);
  }

  static FasaConfig with(
      int budget, int chunks, ChunkPairing pairing, Sets sets, Lists lists, int sinks, int window) {
    return new FasaConfig(
        TokenBudget.tokens(budget),
        chunks,
        pairing,
        sets,
        lists,
        List.of(0),
        sinks,
        window,
        0,
        false,
        null);
  }

  /** As published. */
  static FasaConfig published(int budget, int chunks) {
    return of(budget, chunks, Sets.PER_QUERY_HEAD, Lists.PER_QUERY_HEAD);
  }
}
