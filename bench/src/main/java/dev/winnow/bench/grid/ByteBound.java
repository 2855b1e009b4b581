package dev.winnow.bench.grid;

/**
 * The least time a generated token can take where every byte it reads comes from memory once.
 *
 * @param bytes weights, keys and values read per token
 * @param bandwidth bytes per second that memory gives
 */
record ByteBound(double bytes, double bandwidth) {

  /** Milliseconds per token at the full bandwidth. */
  double milliseconds() {
    return 1000 * bytes / bandwidth;
  }

  /** Which fraction of the bound's speed a token of {@code measured} milliseconds reaches. */
  double fractionOf(double measured) {
    return milliseconds() / measured;
  }
}
