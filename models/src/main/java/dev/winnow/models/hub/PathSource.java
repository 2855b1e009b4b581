package dev.winnow.models.hub;

import com.google.auto.service.AutoService;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A folder or file that exists. */
@AutoService(ModelSource.class)
public final class PathSource implements ModelSource {

  @Override
  public String syntax() {
    return "PATH of a checkpoint folder or a GGUF file";
  }

  @Override
  public int order() {
    return 0;
  }

  @Override
  public boolean recognises(String model) {
    try {
      return !model.isBlank() && Files.exists(Path.of(model));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  @Override
  public Path locate(String model, ModelRequest request) {
    return Path.of(model);
  }
}
