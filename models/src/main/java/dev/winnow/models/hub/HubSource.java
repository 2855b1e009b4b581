package dev.winnow.models.hub;

import com.google.auto.service.AutoService;
import java.nio.file.Path;
import java.util.Optional;

/** {@code ORG/NAME} in the shared Hugging Face cache or on its hub. */
@AutoService(ModelSource.class)
public final class HubSource implements ModelSource {

  @Override
  public String syntax() {
    return "ORG/NAME or ORG/NAME@REVISION, a model of the Hugging Face hub";
  }

  @Override
  public int order() {
    return 20;
  }

  @Override
  public boolean recognises(String model) {
    // "models/x.gguf" has the form of a repository but is a path that does not exist.
    return !model.endsWith(ModelFiles.GGUF)
        && !model.endsWith(ModelFiles.SAFETENSORS)
        && ModelId.tryParse(model).isPresent();
  }

  @Override
  public Path locate(String model, ModelRequest request) {
    ModelId id = ModelId.parse(model);
    HubSettings settings = HubSettings.from(request.environment(), request.home());
    HubCache cache = new HubCache(settings.cacheDir());
    Optional<Path> present =
        request.file().isPresent() ? cache.findFile(id, request.file().get()) : cache.find(id);
    if (present.isPresent()) {
      return present.get();
    }
    if (!request.allowDownload()) {
      throw new HubException(
          "%s is neither a path nor complete in the cache folder %s, and downloading was not"
                  .formatted(id, cache.root())
              + " allowed; allow it, or run: winnow pull "
              + id);
    }
    try (HubClient client = new HubClient(settings)) {
      return client.pull(id, request.file(), request.listener());
    }
  }
}
