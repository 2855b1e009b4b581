package dev.winnow.models.torch;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Compiled TorchScript methods; they keep no state, tensors and weights are arguments. */
final class TorchProgram implements AutoCloseable {
  private final String name;
  private final PtSymbolBlock block;

  private TorchProgram(String name, PtSymbolBlock block) {
    this.name = name;
    this.block = block;
  }

  /**
   * Compiles the method texts in the resources {@code names}, one after the other.
   *
   * @throws IllegalStateException if libtorch refuses the text
   */
  static TorchProgram load(PtNDManager manager, String... names) {
    StringBuilder methods = new StringBuilder();
    for (String name : names) {
      methods.append(resource(name)).append('\n');
    }
    String label = String.join("+", names);
    byte[] archive = ScriptArchive.of(methods.toString());
    try {
      PtSymbolBlock block =
          JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false);
      JniUtils.enableInferenceMode(block);
      return new TorchProgram(label, block);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only
    } catch (EngineException e) {
      throw new IllegalStateException("libtorch refused " + label + ": " + e.getMessage(), e);
    }
  }

  /** Calls {@code method}; the caller closes the result. */
  IValue call(String method, IValue... arguments) {
    return IValueUtils.runMethod(block, method, arguments);
  }

  /** Calls {@code method} for its effect on its arguments. */
  void run(String method, IValue... arguments) {
    call(method, arguments).close();
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() {
    block.close();
  }

  private static String resource(String name) {
    String path = "/dev/winnow/models/torch/" + name + ".py";
    try (InputStream in = TorchProgram.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + path);
      }
      // Comment lines explain the text to people; libtorch's parser takes some badly.
      StringBuilder code = new StringBuilder();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.stripLeading().startsWith("#"))
          .forEach(line -> code.append(line).append('\n'));
      return code.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
