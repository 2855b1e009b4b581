package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Generated tokens read only the cached tokens that a few frequency chunks of each head rank
 * highest; nothing is evicted, so every token chooses anew from the whole cache.
 *
 * <p>"FASA: Frequency-aware Sparse Attention", arXiv 2602.03152. A chunk is a pair of dimensions
 * that rotary embedding turns together. Which chunks speak for a head is measured beforehand, see
 * {@link FasaCalibrator}; their dimensions of every key are kept packed beside the cache, so that
 * ranking streams {@code 2 * chunks} of {@code headDim} dimensions of the keys and no values.
 * Parameters with units and defaults: {@link FasaConfig}. Prompts are read densely. The current
 * token is a candidate like the others.
 *
 * <p>Differs from the paper: by default the query heads of a KV head share their chunks (by mean
 * agreement) and their tokens (by the sum of the softmaxes of their partial scores), because with
 * grouped queries the paper's own sets and lists per query head rank by a packed copy of the keys
 * for every query head, which is half of what dense attention reads or more; {@code sets:
 * per_query_head} with {@code lists: per_query_head} is the paper's. Chunks are rotary pairs as the
 * paper defines them; {@code pairing: adjacent} is what the published code slices. Layer 0 is dense
 * as in the published code; the paper does not say, but it matters with few chunks: on {@code
 * reference:recall} (512 tokens, 4 chunks, budget 64, sets and lists per query head; .99 dense) .87
 * of the facts are remembered if layer 0 selects too and .98 if it is dense. {@code sinks} and
 * {@code window} are ours, and 4 and 16 of them repair the same loss, .98 without a dense layer.
 * Keys and values in a file, {@code memory: packed}, lie whole rows there, so that fetching a row
 * brings its packed dimensions a second time. Where a sparse step would take as long as a dense
 * one, by the bytes it loads, it is dense unless {@code break_even} is off.
 */
public final class Fasa implements Technique {
  /** Its name in configs. */
  public static final String NAME = "fasa";

  private final FasaConfig config;
  private final FasaCalibration calibration;

  /**
   * FASA for the checkpoint that {@code calibration} was measured on.
   *
   * @throws IllegalArgumentException if the two have different pairings or the calibration has
   *     fewer chunks than wanted
   */
  public Fasa(FasaConfig config, FasaCalibration calibration) {
    this.config = config;
    this.calibration = calibration;
    if (calibration != null) {
      if (calibration.pairing() != config.pairing()) {
        throw new IllegalArgumentException(
            "pairing is %s, but the calibration was made for %s; calibrate with --pairing %s"
                .formatted(
                    config.pairing().label(),
                    calibration.pairing().label(),
                    config.pairing().label()));
      }
      if (config.chunks() > calibration.agreement().chunks()) {
        throw new IllegalArgumentException(
            "chunks must be in [1, %d], the chunks of a head, got %d"
                .formatted(calibration.agreement().chunks(), config.chunks()));
      }
    }
  }

  /**
   * FASA with the calibration file that {@code config} names or, if it names none, the one that
   * comes with the checkpoint it will be used for.
   *
   * @throws IllegalArgumentException if the file cannot be read or does not suit the parameters
   */
  public static Fasa of(FasaConfig config) {
    return new Fasa(
        config, config.calibration() == null ? null : FasaCalibration.read(config.calibration()));
  }

  /**
   * The calibration that comes with a reference checkpoint.
   *
   * @throws IllegalArgumentException if none comes with this one, saying how to make it
   */
  public static FasaCalibration builtInCalibration(String fingerprint, ChunkPairing pairing) {
    return BuiltInCalibrations.of(fingerprint, pairing);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Its parameters. */
  public FasaConfig config() {
    return config;
  }

  @Override
  public List<Claim> claims(int layers) {
    for (int layer : config.denseLayers()) {
      if (layer >= layers) {
        throw new IllegalArgumentException(
            "fasa: dense_layers must be in [0, %d), got %d".formatted(layers, layer));
      }
    }
    return IntStream.range(0, layers)
        .filter(layer -> !config.denseLayers().contains(layer))
        .mapToObj(layer -> new Claim(Hook.PLAN, layer))
        .toList();
  }

  @Override
  public Technique forModel(ModelConfig model, Supplier<String> fingerprint) {
    Fasa calibrated =
        calibration == null
            ? new Fasa(config, builtInCalibration(fingerprint.get(), config.pairing()))
            : this;
    calibrated.check(model, fingerprint);
    return calibrated;
  }

  @Override
  public void check(ModelConfig model, Supplier<String> fingerprint) {
    String from = config.calibration() == null ? "its calibration" : "" + config.calibration();
    if (!calibration.fingerprint().equals(fingerprint.get())) {
      throw new IllegalArgumentException(
          ("fasa: calibration: %s was measured on %s, another checkpoint than this one; run winnow"
                  + " calibrate fasa on this one")
              .formatted(from, calibration.model()));
    }
    MeanAgreement agreement = calibration.agreement();
    if (agreement.layers() != model.layers()
        || agreement.heads() != model.heads()
        || agreement.chunks() != model.headDim() / 2) {
      throw new IllegalArgumentException(
          "fasa: calibration: %s has %d layers, %d heads and %d chunks, but the model has %d, %d and %d"
              .formatted(
                  from,
                  agreement.layers(),
                  agreement.heads(),
                  agreement.chunks(),
                  model.layers(),
                  model.heads(),
                  model.headDim() / 2));
    }
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    if (calibration == null) {
      throw new IllegalStateException("fasa has no calibration; forModel finds one");
    }
    return new FasaSession(config, calibration.agreement(), context);
  }
}
