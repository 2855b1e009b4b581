package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRows;
import java.util.List;
import java.util.stream.IntStream;

/** A registered technique for tests: generated tokens attend to a sink and a window. */
record TestWindow(Config config) implements Technique {
  static final String NAME = "test_window";

  record Config(TokenBudget tokenBudget, List<Integer> denseLayers) {
    static final Config DEFAULTS = new Config(TokenBudget.tokens(8), List.of());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Claim> claims(int layers) {
    return IntStream.range(0, layers)
        .filter(layer -> !config.denseLayers().contains(layer))
        .mapToObj(layer -> new Claim(Hook.PLAN, layer))
        .toList();
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new TechniqueSession() {
      @Override
      public AttentionPlan plan(PlanRequest request) {
        int length = request.cache().length();
        int budget = config.tokenBudget().of(length);
        if (request.phase() == Phase.PREFILL || length <= budget) {
          return request.dense();
        }
        int[] rows = KeptRows.with(1, new int[0], budget - 1, length);
        return request.reading(KeyRows.Gathered.shared(rows));
      }

      @Override
      public TechniqueSession fork() {
        return this;
      }
    };
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
      return "Generated tokens attend to a sink and a window.";
    }

    @Override
    public Record defaults() {
      return Config.DEFAULTS;
    }

    @Override
    public Technique create(ObjectNode parameters, String where) {
      return new TestWindow(Parameters.bind(parameters, Config.DEFAULTS, where));
    }
  }
}
