package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.diffuse.DiffuseSuite;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.bench.diffuse.ListTask;
import java.util.List;
import java.util.Map;

/** Lists that a masked diffusion model sorts, copies, reverses and shuffles; an item is a list. */
public final class DiffuseAblation implements AblationTask<DiffuseAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("what to ask, in turn") List<ListTask> ask,
      @KeyDoc("items of a list, in [3, 7]") int length,
      @KeyDoc("how many lists") int n,
      @KeyDoc("passes of the model for a response of 8 tokens") int steps,
      @KeyDoc("tokens that are decided before those behind them; divides 8") int blockLength) {
    /** Copies the list and checks ranges. */
    public Keys {
      ask = List.copyOf(ask);
      if (length < ListData.FEWEST || length > ListData.MOST) {
        throw new IllegalArgumentException(
            "length must be in [%d, %d], got %d"
                .formatted(ListData.FEWEST, ListData.MOST, length));
      }
      new DiffuseSuite(ask, n, 0, blockLength, steps).blockLength();
    }
  }

  @Override
  public String suite() {
    return "diffuse";
  }

  @Override
  public String summary() {
    return "Lists to sort, copy, reverse and shuffle by masked diffusion, for reference:diffuse.";
  }

  @Override
  public Keys defaults() {
    return new Keys(List.of(ListTask.values()), 5, 48, ListData.RESPONSE, ListData.RESPONSE);
  }

  @Override
  public String metric(Keys keys) {
    return "exact match";
  }

  @Override
  public Better better(Keys keys) {
    return Better.HIGHER;
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    DiffuseSuite suite =
        new DiffuseSuite(keys.ask(), keys.n(), run.seed(), keys.blockLength(), keys.steps());
    int[] lists = new int[1];
    suite.score(
        run.model(),
        keys.length(),
        answer -> {
          run.work(answer.result().ledger());
          run.held(answer.result().metrics().peakKvBytes());
          run.firstToken(answer.result().metrics().ttftMs());
          run.furtherTokens(answer.result().metrics().tpotMs());
          run.item(
              "list %d: %s".formatted(++lists[0], answer.example().task().word()),
              Map.of("length", (double) keys.length()),
              answer.right() ? 1 : 0);
        });
  }
}
