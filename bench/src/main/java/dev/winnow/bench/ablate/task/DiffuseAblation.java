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
      @KeyDoc("items of the lists, each in [3, 7]") List<Integer> lengths,
      @KeyDoc("lists of each length") int n,
      @KeyDoc("passes of the model for a response of 8 tokens") int steps,
      @KeyDoc("tokens that are decided before those behind them; divides 8") int blockLength) {
    /** Copies the lists and checks ranges. */
    public Keys {
      ask = List.copyOf(ask);
      lengths = List.copyOf(lengths);
      boolean repeated = lengths.stream().distinct().count() < lengths.size();
      boolean outside =
          lengths.stream().anyMatch(one -> one < ListData.FEWEST || one > ListData.MOST);
      if (lengths.isEmpty() || repeated || outside) {
        throw new IllegalArgumentException(
            "lengths must be different ones in [%d, %d], got %s"
                .formatted(ListData.FEWEST, ListData.MOST, lengths));
      }
      suite(ask, n, 0, blockLength, steps);
    }
  }

  private static DiffuseSuite suite(
      List<ListTask> ask, int n, long seed, int blockLength, int steps) {
    return new DiffuseSuite(ask, n, seed, blockLength, steps);
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
    return new Keys(
        List.of(ListTask.values()),
        List.of(3, 4, 5, 6, 7),
        24,
        ListData.RESPONSE,
        ListData.RESPONSE);
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
    DiffuseSuite suite = suite(keys.ask(), keys.n(), run.seed(), keys.blockLength(), keys.steps());
    for (int length : keys.lengths()) {
      measure(suite, length, run);
    }
  }

  private static void measure(DiffuseSuite suite, int length, Measurement run) {
    int[] lists = new int[1];
    suite.score(
        run.model(),
        length,
        answer -> {
          run.work(answer.result().ledger());
          run.held(answer.result().metrics().peakKvBytes());
          run.firstToken(answer.result().metrics().ttftMs());
          run.furtherTokens(answer.result().metrics().tpotMs());
          run.item(
              "%d/%d/%s".formatted(length, ++lists[0], answer.example().task().word()),
              Map.of("length", (double) length),
              answer.right() ? 1 : 0);
        });
  }
}
