package dev.winnow.engine.config;

import java.util.function.Supplier;

/** A config cannot be used; the message says where, what was got, what is allowed. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With a message that says it all. */
  public ConfigException(String message) {
    super(message);
  }

  /** The same with what led to it. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What {@code binder} gives; what it refuses, it refuses as a fault of the config. */
  public static <T> T naming(Supplier<T> binder) {
    try {
      return binder.get();
    } catch (ConfigException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage(), e);
    }
  }
}
