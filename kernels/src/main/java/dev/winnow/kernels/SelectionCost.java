package dev.winnow.kernels;

/**
 * What choosing keys costs. Rows asked for are counted, not those that the vectors at the ends of a
 * range bring along.
 *
 * @param flops floating-point operations, two per multiply-add
 * @param bytesRead bytes of stored keys that the kernel loads
 */
public record SelectionCost(long flops, long bytesRead) {
  /** Nothing. */
  public static final SelectionCost ZERO = new SelectionCost(0, 0);

  /** The sum of two costs. */
  public SelectionCost plus(SelectionCost other) {
    return new SelectionCost(flops + other.flops, bytesRead + other.bytesRead);
  }
}
