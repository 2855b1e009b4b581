package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.bench.ablate.PlannedRun.TechniqueSetting;
import dev.winnow.bench.ablate.PlannedRun.Variant;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.config.ConfiguredTechnique;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.technique.Techniques;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes variants with all their parameters of what stands in a file. */
final class VariantExpansion {
  /** The key by which a technique names the calibration it needs. */
  static final String CALIBRATION = "calibration";

  private VariantExpansion() {}

  /** The dense baseline, then every combination of every variant. */
  static List<Variant> of(List<AblationConfig.Variant> sections, Map<String, String> digests) {
    Techniques techniques = Techniques.load();
    List<Variant> variants = new ArrayList<>(List.of(Variant.dense()));
    Map<String, String> labels = new HashMap<>();
    for (AblationConfig.Variant section : sections) {
      for (Map<String, JsonNode> axes : Combinations.of(section.grid())) {
        Variant variant = variant(section, axes, techniques, digests);
        String other = labels.putIfAbsent(variant.label(), section.where());
        if (other != null) {
          throw new ConfigException(
              "%s: a variant is called '%s' as one of %s is; give them different names"
                  .formatted(section.where(), variant.label(), other));
        }
        variants.add(variant);
      }
    }
    return variants;
  }

  private static Variant variant(
      AblationConfig.Variant section,
      Map<String, JsonNode> axes,
      Techniques techniques,
      Map<String, String> digests) {
    String label = Combinations.label(section.name(), axes);
    List<String> settings = new ArrayList<>();
    section.set().forEach((key, value) -> settings.add(key + "=" + value));
    axes.forEach((key, value) -> settings.add(key + "=" + value));
    RunConfig config;
    try {
      config = RunConfig.load(section.config(), settings);
    } catch (ConfigException e) {
      throw new ConfigException(
          "%s, variant '%s': %s".formatted(section.where(), label, e.getMessage()), e);
    }
    if (config.configured().isEmpty()) {
      throw new ConfigException(
          section.where() + ".config names no technique; dense attention runs anyway");
    }
    List<TechniqueSetting> configured = new ArrayList<>();
    for (ConfiguredTechnique one : config.configured()) {
      Record defaults = techniques.defaults(one.name(), section.where());
      FileKeys.resolve(one.parameters(), defaults, Path::of);
      FileKeys.digest(one.parameters(), defaults, section.where(), digests);
      configured.add(new TechniqueSetting(one.name(), one.parameters()));
    }
    section.calibrate().ifPresent(setting -> checkCalibrate(section, configured, digests));
    return new Variant(label, Combinations.plain(axes), configured, section.calibrate());
  }

  private static void checkCalibrate(
      AblationConfig.Variant section,
      List<TechniqueSetting> configured,
      Map<String, String> digests) {
    String where = section.where() + ".calibrate";
    boolean wanted = false;
    for (TechniqueSetting one : configured) {
      JsonNode named = one.parameters().path(CALIBRATION);
      wanted |= named.isNull();
      if (named.isTextual()) {
        throw new ConfigException(
            "%s: %s names a calibration already, %s; drop one of the two"
                .formatted(where, one.name(), named.textValue()));
      }
    }
    if (!wanted) {
      throw new ConfigException(
          "%s has no effect: none of its techniques needs a calibration".formatted(where));
    }
    CalibrationSetting setting = section.calibrate().orElseThrow();
    FileKeys.digest(setting.toJson(), setting, where, digests);
  }
}
