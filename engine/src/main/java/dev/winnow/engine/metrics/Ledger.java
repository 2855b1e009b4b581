package dev.winnow.engine.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Work executed, against what exact dense execution of the same tokens does.
 *
 * @param flops floating-point operations of matrix products, attention and selection, two per
 *     multiply-add
 * @param denseFlops the same without techniques
 * @param layers attention and rows by layer
 */
public record Ledger(long flops, long denseFlops, List<LayerLedger> layers) {
  /** Copies the list. */
  public Ledger {
    layers = List.copyOf(layers);
  }

  /** Bytes of keys and values that attention read, and those read to choose them. */
  public long kvBytesRead() {
    return layers.stream().mapToLong(layer -> layer.kvBytesRead() + layer.selectionBytes()).sum();
  }

  /** Those of {@link #kvBytesRead()} that were read to choose. */
  public long selectionBytes() {
    return layers.stream().mapToLong(LayerLedger::selectionBytes).sum();
  }

  /** Bytes of keys and values that dense attention reads. */
  public long denseKvBytesRead() {
    return layers.stream().mapToLong(LayerLedger::denseKvBytesRead).sum();
  }

  /** What was done since {@code earlier}, a ledger of the same sequence. */
  public Ledger minus(Ledger earlier) {
    List<LayerLedger> difference = new ArrayList<>();
    for (int layer = 0; layer < layers.size(); layer++) {
      difference.add(layers.get(layer).minus(earlier.layers.get(layer)));
    }
    return new Ledger(flops - earlier.flops, denseFlops - earlier.denseFlops, difference);
  }
}
