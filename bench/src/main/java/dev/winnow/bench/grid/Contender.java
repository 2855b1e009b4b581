package dev.winnow.bench.grid;

import java.util.Map;

/** Something that runs the tests of a grid: a model of ours, or a peer with its own. */
public interface Contender extends AutoCloseable {

  /**
   * One run of a test.
   *
   * @param nanos how long it took
   * @param tokens tokens that went through the model in that time
   * @param weightBytes bytes of weights read in that time; 0 if not known
   * @param kvBytes bytes of keys and values read in that time; 0 if not known
   * @param flops floating-point operations executed in that time; 0 if not known
   */
  record Run(long nanos, int tokens, long weightBytes, long kvBytes, long flops) {}

  /** Short name, such as {@code winnow}. */
  String name();

  /** What a reader must know to judge its numbers: version, weights, keys and values, threads. */
  Map<String, String> settings();

  /** Brings a sequence to the depth of {@code test}, in place of the one before. */
  void prepare(GridTest test);

  /** Runs the prepared test once; the next run starts from the same depth. */
  Run run();

  @Override
  void close();
}
