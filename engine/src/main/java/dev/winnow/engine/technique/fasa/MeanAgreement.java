package dev.winnow.engine.technique.fasa;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Mean contextual agreement of every chunk, {@code [layers, heads, chunks]} with query heads: the
 * share of the keys that score highest in the whole dot product which also score highest in the
 * chunk's part of it.
 */
public final class MeanAgreement {
  private final float[][][] values;

  /** Of {@code values[layer][head][chunk]}, each in [0, 1]. */
  public MeanAgreement(float[][][] values) {
    this.values = Arrays.stream(values).map(MeanAgreement::copy).toArray(float[][][]::new);
    for (float[][] layer : this.values) {
      for (float[] head : layer) {
        if (layer.length != heads() || head.length != chunks()) {
          throw new IllegalArgumentException(
              "mean_agreement must have as many heads in every layer and as many chunks in every"
                  + " head");
        }
        for (float value : head) {
          if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(
                "mean_agreement must hold numbers in [0, 1], got " + value);
          }
        }
      }
    }
  }

  private static float[][] copy(float[][] layer) {
    return Arrays.stream(layer).map(float[]::clone).toArray(float[][]::new);
  }

  /** Decoder layers. */
  public int layers() {
    return values.length;
  }

  /** Query heads. */
  public int heads() {
    return values[0].length;
  }

  /** Chunks of a head. */
  public int chunks() {
    return values[0][0].length;
  }

  /** One value. */
  public float of(int layer, int head, int chunk) {
    return values[layer][head][chunk];
  }

  /**
   * The {@code count} chunks of highest agreement, ascending, of equal ones the lower; with {@code
   * sets} sets per layer the values are averaged over the query heads that share a set.
   *
   * @return {@code [sets, count]}
   * @throws IllegalArgumentException if there are fewer chunks or {@code sets} does not divide the
   *     query heads
   */
  public int[][] best(int layer, int sets, int count) {
    if (count < 1 || count > chunks()) {
      throw new IllegalArgumentException(
          "chunks must be in [1, %d], the chunks of a head, got %d".formatted(chunks(), count));
    }
    if (sets < 1 || heads() % sets != 0) {
      throw new IllegalArgumentException(
          "%d query heads do not share %d sets evenly".formatted(heads(), sets));
    }
    int group = heads() / sets;
    return IntStream.range(0, sets)
        .mapToObj(set -> best(mean(layer, set * group, group), count))
        .toArray(int[][]::new);
  }

  /** Mean over all layers and query heads of the {@code count} best chunks of each. */
  public double meanOfBest(int count) {
    double sum = 0;
    for (int layer = 0; layer < layers(); layer++) {
      int[][] best = best(layer, heads(), count);
      for (int head = 0; head < best.length; head++) {
        for (int chunk : best[head]) {
          sum += values[layer][head][chunk];
        }
      }
    }
    return sum / ((double) layers() * heads() * count);
  }

  private double[] mean(int layer, int firstHead, int count) {
    double[] mean = new double[chunks()];
    for (int head = firstHead; head < firstHead + count; head++) {
      for (int chunk = 0; chunk < mean.length; chunk++) {
        mean[chunk] += values[layer][head][chunk] / (double) count;
      }
    }
    return mean;
  }

  private static int[] best(double[] agreement, int count) {
    return IntStream.range(0, agreement.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer chunk) -> -agreement[chunk]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MeanAgreement that && Arrays.deepEquals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values);
  }

  @Override
  public String toString() {
    return "mean agreement of %d layers, %d heads, %d chunks"
        .formatted(layers(), heads(), chunks());
  }
}
