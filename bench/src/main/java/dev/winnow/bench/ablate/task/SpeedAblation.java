package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.grid.Contender;
import dev.winnow.bench.grid.GridTest;
import dev.winnow.bench.grid.WinnowContender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tokens per second of a test of {@code winnow bench}; an item is a repetition. Variants take turns
 * within each repetition.
 */
public final class SpeedAblation implements AblationTask<SpeedAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("such as pp512 or tg64@d4096") String test,
      @KeyDoc("timed runs") int repetitions,
      @KeyDoc("runs before those") int warmUps) {
    /** Checks ranges. */
    public Keys {
      if (GridTest.parse(test).size() != 1) {
        throw new IllegalArgumentException(
            "test must be one test; give several as a list, got '%s'".formatted(test));
      }
      if (repetitions < 1) {
        throw new IllegalArgumentException("repetitions must be >= 1, got " + repetitions);
      }
      if (warmUps < 0) {
        throw new IllegalArgumentException("warm_ups must be >= 0, got " + warmUps);
      }
    }

    private GridTest grid() {
      return GridTest.parse(test).getFirst();
    }
  }

  @Override
  public String suite() {
    return "speed";
  }

  @Override
  public String summary() {
    return "Tokens per second of a test of winnow bench, variants in turn.";
  }

  @Override
  public Keys defaults() {
    return new Keys("tg32@d2048", 5, 2);
  }

  @Override
  public String metric(Keys keys) {
    return "tokens/s";
  }

  @Override
  public Better better(Keys keys) {
    return Better.HIGHER;
  }

  @Override
  public boolean seeded() {
    return false;
  }

  @Override
  public boolean alternates() {
    return true;
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    measureTogether(keys, List.of(run));
  }

  @Override
  public void measureTogether(Keys keys, List<Measurement> runs) {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Measurement run : runs) {
        Contender contender = WinnowContender.over(run.variant(), run.model(), run.options());
        contenders.add(contender);
        run.attempt(() -> contender.prepare(keys.grid()));
      }
      for (int repetition = 1 - keys.warmUps(); repetition <= keys.repetitions(); repetition++) {
        for (int i = 0; i < runs.size(); i++) {
          Measurement run = runs.get(i);
          Contender contender = contenders.get(i);
          int number = repetition;
          run.attempt(() -> repeat(run, contender, keys.grid(), number));
        }
      }
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private static void repeat(Measurement run, Contender contender, GridTest test, int number) {
    Contender.Run timed = contender.run();
    run.checkCancelled();
    if (timed.tokens() != test.tokens()) {
      throw new IllegalStateException(
          "computed %d tokens for %s".formatted(timed.tokens(), test.name()));
    }
    if (number < 1) {
      return;
    }
    Contender.Work work = timed.work();
    run.work(
        (double) work.flops(),
        (double) work.denseFlops(),
        (double) work.kvBytes(),
        (double) work.denseKvBytes());
    run.held(work.peakKvBytes());
    double ms = timed.nanos() / 1e6;
    if (test.kind() == GridTest.Kind.PP) {
      run.firstToken(ms);
    } else {
      run.furtherTokens(ms / timed.tokens());
    }
    run.item("repetition " + number, Map.of(), 1000 * timed.tokens() / ms);
  }
}
