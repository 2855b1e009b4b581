package dev.winnow.kernels.cpu;

/** Whether the JVM was started with the Vector API; loads none of its classes. */
final class VectorModule {
  static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  static boolean present() {
    return ModuleLayer.boot().findModule(NAME).isPresent();
  }

  /**
   * Returns quietly if the Vector API is there.
   *
   * @throws IllegalStateException naming the missing JVM flag
   */
  static void require() {
    if (!present()) {
      throw new IllegalStateException(
          "The CPU kernels need the Vector API, which this JVM was started without: add the JVM"
              + " flag --add-modules "
              + NAME);
    }
  }
}
