package dev.winnow.engine.technique;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A technique's word that it decides a hook on a layer.
 *
 * @param hook what it decides
 * @param layer the layer, from 0
 */
public record Claim(Hook hook, int layer) {

  /** Claims of {@code hook} on each of {@code layers}. */
  public static List<Claim> on(Hook hook, int... layers) {
    return Arrays.stream(layers).mapToObj(layer -> new Claim(hook, layer)).toList();
  }

  /** Claims of {@code hook} on layers {@code [from, to)}. */
  public static List<Claim> range(Hook hook, int from, int to) {
    return IntStream.range(from, to).mapToObj(layer -> new Claim(hook, layer)).toList();
  }
}
