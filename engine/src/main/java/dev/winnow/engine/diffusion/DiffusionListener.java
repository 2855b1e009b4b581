package dev.winnow.engine.diffusion;

/** Watches a response being filled, on the thread that generates. */
@FunctionalInterface
public interface DiffusionListener {

  /**
   * A pass is done.
   *
   * @param pass counted from 1
   * @param response the ids so far, mask tokens where nothing is decided; the listener's own copy
   */
  void onPass(int pass, int[] response);
}
