package dev.winnow.bench.spark;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads a model as an executor of Spark's does: through a class loader that is not the system's,
 * and that the thread names. The class path is the argument.
 */
final class LoadsInAClassLoader {
  private LoadsInAClassLoader() {}

  public static void main(String[] args) throws Exception {
    List<URL> jars = new ArrayList<>();
    for (String entry : args[0].split(File.pathSeparator, -1)) {
      jars.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      Class<?> model = loader.loadClass("dev.winnow.engine.LanguageModel");
      Class<?> options = loader.loadClass("dev.winnow.engine.ModelOptions");
      Class<?> request = loader.loadClass("dev.winnow.models.hub.ModelRequest");
      AutoCloseable loaded =
          (AutoCloseable)
              model
                  .getMethod("load", String.class, options, request)
                  .invoke(
                      null,
                      "reference:recall",
                      options.getMethod("defaults").invoke(null),
                      request.getMethod("fromEnvironment").invoke(null));
      loaded.close();
    }
  }
}
