package dev.winnow.engine.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenFlow;
import java.util.List;
import java.util.stream.IntStream;

/** Behind a layer every second token of a prompt's chunk leaves, the last one never. */
public record PruneTokens(int layer) implements Technique {
  private static final String NAME = "test_prune";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Claim> claims(int layers) {
    return Claim.on(Hook.PRUNE, layer);
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new TechniqueSession() {
      @Override
      public int[] prune(TokenFlow flow) {
        int last = flow.rows() - 1;
        return flow.phase() == Phase.DECODE
            ? flow.all()
            : IntStream.rangeClosed(0, last).filter(row -> (last - row) % 2 == 0).toArray();
      }

      @Override
      public TechniqueSession fork() {
        return this;
      }
    };
  }

  /** Which layer. */
  private record Config(int layer) {
    private static final Config DEFAULTS = new Config(0);
  }

  /** Registers it. */
  @AutoService(TechniqueProvider.class)
  public static final class Provider implements TechniqueProvider {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String summary() {
      return "Behind a layer every second token of a prompt leaves.";
    }

    @Override
    public Record defaults() {
      return Config.DEFAULTS;
    }

    @Override
    public Technique create(ObjectNode parameters, String where) {
      return new PruneTokens(Parameters.bind(parameters, Config.DEFAULTS, where).layer());
    }
  }
}
