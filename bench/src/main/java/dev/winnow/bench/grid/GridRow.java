package dev.winnow.bench.grid;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * What one contender did in one test.
 *
 * @param runs at least one, in the order they ran
 */
public record GridRow(GridTest test, String contender, List<Contender.Run> runs) {
  /** Copies the list. */
  public GridRow {
    runs = List.copyOf(runs);
  }

  /** Milliseconds of a run. */
  public Statistics milliseconds() {
    return Statistics.of(runs.stream().mapToDouble(run -> run.nanos() / 1e6).toArray());
  }

  /** Tokens per second of the median run. */
  public double tokensPerSecond() {
    return test.tokens() * 1000.0 / milliseconds().median();
  }

  /** Standard deviation of the runs' tokens per second. */
  public double tokensPerSecondStddev() {
    return Statistics.of(
            runs.stream().mapToDouble(run -> test.tokens() * 1e9 / run.nanos()).toArray())
        .stddev();
  }

  /** Milliseconds per token of the median run. */
  public double millisecondsPerToken() {
    return milliseconds().median() / test.tokens();
  }

  /** Bytes of weights read per token; 0 if not known. */
  public double weightBytesPerToken() {
    return perToken(Contender.Work::weightBytes);
  }

  /** Bytes of keys and values read per token; 0 if not known. */
  public double kvBytesPerToken() {
    return perToken(Contender.Work::kvBytes);
  }

  /** Floating-point operations per token; 0 if not known. */
  public double flopsPerToken() {
    return perToken(Contender.Work::flops);
  }

  /** Bytes of keys and values that dense attention reads per token; 0 if not known. */
  public double denseKvBytesPerToken() {
    return perToken(Contender.Work::denseKvBytes);
  }

  /** Floating-point operations per token without techniques; 0 if not known. */
  public double denseFlopsPerToken() {
    return perToken(Contender.Work::denseFlops);
  }

  /** Most bytes of keys and values that a run held; 0 if not known. */
  public long peakKvBytes() {
    return runs.stream().mapToLong(run -> run.work().peakKvBytes()).max().orElse(0);
  }

  /** The middle and the slow end of the runs' milliseconds. */
  public Percentiles percentiles() {
    return Percentiles.of(runs.stream().mapToDouble(run -> run.nanos() / 1e6).toArray());
  }

  /** How many times as fast the steps were if attention and selection took no time. */
  public OptionalDouble speedUpAtInfinity() {
    double rest = mean(Contender.Work::restNanos);
    return rest > 0
        ? OptionalDouble.of(mean(Contender.Work::stepNanos) / rest)
        : OptionalDouble.empty();
  }

  /** How many times as fast as {@code other} it was: the median over the pairs of runs. */
  public double speedUpOver(GridRow other) {
    double[] ratios = new double[runs.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = (double) other.runs.get(i).nanos() / runs.get(i).nanos();
    }
    return Statistics.of(ratios).median();
  }

  private double perToken(ToLongFunction<Contender.Work> amount) {
    return mean(amount) / test.tokens();
  }

  private double mean(ToLongFunction<Contender.Work> amount) {
    return runs.stream().map(Contender.Run::work).mapToLong(amount).average().orElse(0);
  }
}
