package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;

/** {@link RandomSelection} that keeps less of a prompt, on one sequence. */
final class RandomCompression extends PromptCompression {
  private final RandomConfig config;
  private final Lots lots;

  RandomCompression(RandomConfig config, SequenceContext context) {
    super(context, config.window(), config.denseBelow());
    this.config = config;
    this.lots = new Lots(config);
  }

  private RandomCompression(RandomCompression from) {
    super(from);
    config = from.config;
    lots = new Lots(config);
  }

  @Override
  int capacity(int layer, int tokens, int rows) {
    return config.budget(tokens);
  }

  @Override
  int[][] choose(int layer, KvPages cache, int capacity, Kernels kernels) {
    int rows = cache.length();
    return lots.draw(layer, cache.kvHeads(), 0, rows, capacity, rows);
  }

  @Override
  public TechniqueSession fork() {
    return new RandomCompression(this);
  }
}
