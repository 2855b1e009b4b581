package dev.winnow.engine.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.service.AutoService;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueProvider;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenBudget;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** {@link SinksAndWindow} on all layers but the dense ones, as a registered technique. */
public record WindowTechnique(Config config) implements Technique {
  private static final String NAME = "test_window";

  /** Parameters. */
  public record Config(
      TokenBudget tokenBudget,
      int sinks,
      KeyForm keyForm,
      List<Integer> denseLayers,
      Path calibration) {
    private static final Config DEFAULTS =
        new Config(TokenBudget.tokens(8), 1, KeyForm.ROTATED, List.of(), null);

    /** Checks a range. */
    public Config {
      if (sinks < 0) {
        throw new IllegalArgumentException("sinks must be >= 0, got " + sinks);
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Claim> claims(int layers) {
    return IntStream.range(0, layers)
        .filter(layer -> !config.denseLayers.contains(layer))
        .mapToObj(layer -> new Claim(Hook.PLAN, layer))
        .toList();
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    int budget = config.tokenBudget.of(context.maxTokens());
    return SinksAndWindow.of(0, config.sinks, budget - config.sinks, config.keyForm).open(context);
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
      return "Generated tokens attend to sinks and a window.";
    }

    @Override
    public Record defaults() {
      return Config.DEFAULTS;
    }

    @Override
    public Technique create(ObjectNode parameters, String where) {
      return new WindowTechnique(Parameters.bind(parameters, Config.DEFAULTS, where));
    }
  }
}
