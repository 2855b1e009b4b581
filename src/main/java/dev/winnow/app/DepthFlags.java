package dev.winnow.app;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where suites hide what they ask for. */
final class DepthFlags {
  @Option(
      names = "--depths",
      split = ",",
      paramLabel = "SHARE",
      description =
          "passkey, needle (single, clustered, sentence): shares of the haystack before what is"
              + " asked for, in [0, 1] (default: 0,0.25,0.5,0.75,1).")
  private List<Double> depths = List.of();

  Optional<List<Double>> depths() {
    return depths.isEmpty() ? Optional.empty() : Optional.of(depths);
  }
}
