package dev.winnow.bench.grid;

import java.util.Map;

/** Something that runs the tests of a grid: a model of ours, or a peer with its own. */
public interface Contender extends AutoCloseable {

  /**
   * One run of a test.
   *
   * @param nanos how long it took
   * @param tokens tokens that went through the model in that time
   * @param work what it took; {@link Work#UNKNOWN} from engines that do not count
   */
  record Run(long nanos, int tokens, Work work) {}

  /**
   * What a run took, as its engine counts; 0 if not known.
   *
   * @param weightBytes bytes of weights read
   * @param kvBytes bytes of keys and values read, those to choose included
   * @param denseKvBytes the same of dense attention
   * @param flops floating-point operations executed
   * @param denseFlops the same without techniques
   * @param peakKvBytes most bytes of keys and values held
   * @param stepNanos time of the steps
   * @param restNanos that without attention and selection
   */
  record Work(
      long weightBytes,
      long kvBytes,
      long denseKvBytes,
      long flops,
      long denseFlops,
      long peakKvBytes,
      long stepNanos,
      long restNanos) {
    /** Of an engine that does not count. */
    public static final Work UNKNOWN = new Work(0, 0, 0, 0, 0, 0, 0, 0);
  }

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
