package dev.winnow.models.hub;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Turns a MODEL string into the path of a checkpoint by asking every {@link ModelSource}. */
public final class ModelLocator {
  private final List<ModelSource> sources;

  /** With the registered sources. */
  public ModelLocator() {
    this(
        ServiceLoader.load(ModelSource.class, ModelSource.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  ModelLocator(List<ModelSource> sources) {
    this.sources =
        sources.stream()
            .sorted(Comparator.comparingInt(ModelSource::order).thenComparing(ModelSource::syntax))
            .toList();
  }

  /** One line for each kind of MODEL. */
  public List<String> syntax() {
    return sources.stream().map(ModelSource::syntax).toList();
  }

  /**
   * The folder or file of a checkpoint.
   *
   * @throws dev.winnow.models.CheckpointException if there is no such model, it is absent and may
   *     not be fetched, or fetching it fails
   */
  public Path locate(String model, ModelRequest request) {
    for (ModelSource source : sources) {
      if (source.recognises(model)) {
        return locate(source, model, request);
      }
    }
    String hint = NearMisses.hint(model);
    throw new HubException(
        "there is no model '%s'%s A MODEL is one of:\n%s"
            .formatted(
                FileNames.shown(model),
                hint.isEmpty() ? "." : hint,
                syntax().stream().map(s -> "  " + s).collect(Collectors.joining("\n"))));
  }

  private static Path locate(ModelSource source, String model, ModelRequest request) {
    try {
      return source.locate(model, request);
    } catch (HubException e) {
      // "models/smolm2" has the form ORG/NAME, but may be a path with a slip.
      String hint = NearMisses.hint(model);
      if (hint.isEmpty()) {
        throw e;
      }
      throw new HubException(e.getMessage() + hint, e);
    }
  }
}
