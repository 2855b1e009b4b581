package dev.winnow.engine.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/** Leaves out the same layers for every token. */
public record SkipLayers(List<Integer> skipped) implements Technique {
  @Override
  public String name() {
    return "test_skip_layers";
  }

  @Override
  public List<Claim> claims(int layers) {
    return Claim.on(Hook.RUNS_LAYER, skipped.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new TechniqueSession() {
      @Override
      public boolean runsLayer(int layer) {
        return !skipped.contains(layer);
      }

      @Override
      public TechniqueSession fork() {
        return this;
      }
    };
  }

  /** Which layers. */
  private record Config(List<Integer> layers) {
    private static final Config DEFAULTS = new Config(List.of());
  }

  /** Reads {@code layers}. */
  @AutoService(TechniqueProvider.class)
  public static final class Provider implements TechniqueProvider {
    @Override
    public String name() {
      return "test_skip_layers";
    }

    @Override
    public String summary() {
      return "Leaves out the same layers for every token.";
    }

    @Override
    public Record defaults() {
      return Config.DEFAULTS;
    }

    @Override
    public Technique create(ObjectNode parameters, String where) {
      return new SkipLayers(Parameters.bind(parameters, Config.DEFAULTS, where).layers());
    }
  }
}
