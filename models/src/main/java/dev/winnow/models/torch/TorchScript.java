package dev.winnow.models.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * TorchScript methods without state that may differentiate, as training does: calls record
 * gradients. Each argument is a list of tensors, and so is the result.
 *
 * <p>Used by one thread at a time.
 */
public final class TorchScript implements AutoCloseable {
  private static final int MAX_THREADS = 1024;

  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final int threads;

  private TorchScript(PtNDManager manager, PtSymbolBlock block, int threads) {
    this.manager = manager;
    this.block = block;
    this.threads = threads;
  }

  /**
   * Compiles methods.
   *
   * @param methods the body of a TorchScript class, indented by two spaces; every parameter is a
   *     {@code List[Tensor]}
   * @param threads threads that one operation may use, in [1, 1024]
   * @throws IllegalArgumentException if libtorch refuses the text, or threads are out of range
   */
  public static TorchScript load(String methods, int threads) {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be in [1, %d], got %d".formatted(MAX_THREADS, threads));
    }
    PtNDManager manager = TorchRuntime.newManager();
    try {
      byte[] archive = ScriptArchive.of(TorchProgram.withoutComments(methods));
      PtSymbolBlock block =
          JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false);
      return new TorchScript(manager, block, threads);
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException(e); // memory only
    } catch (EngineException e) {
      manager.close();
      throw new IllegalArgumentException("libtorch refused the script: " + e.getMessage(), e);
    }
  }

  /** A float32 tensor with a copy of {@code values}. */
  public TorchTensor floats(float[] values, long... shape) {
    return new TorchTensor(manager.create(values, new Shape(shape)));
  }

  /** An int64 tensor with a copy of {@code values}. */
  public TorchTensor longs(long[] values, long... shape) {
    return new TorchTensor(manager.create(values, new Shape(shape)));
  }

  /**
   * Calls {@code method}; the caller closes the tensors of the result.
   *
   * @throws IllegalStateException if libtorch refuses the arguments
   */
  @SafeVarargs
  public final List<TorchTensor> call(String method, List<TorchTensor>... arguments) {
    NDList inputs = new NDList();
    for (int i = 0; i < arguments.length; i++) {
      for (TorchTensor tensor : arguments[i]) {
        // DJL gathers arrays of one such name into one list.
        tensor.array().setName("argument" + i + "[]");
        inputs.add(tensor.array());
      }
    }
    try (NDArray name = manager.create(0)) {
      name.setName("module_method:" + method);
      inputs.add(name);
      TorchRuntime.prepareThread();
      JniUtils.setNumThreads(threads);
      JniUtils.setGradMode(true);
      List<TorchTensor> results = new ArrayList<>();
      for (NDArray result : IValueUtils.forward(block, inputs, true)) {
        results.add(new TorchTensor(result));
      }
      return results;
    } catch (EngineException e) {
      throw new IllegalStateException("%s failed: %s".formatted(method, e.getMessage()), e);
    } finally {
      JniUtils.setGradMode(false);
      JniUtils.setNumThreads(1);
    }
  }

  /** Frees the methods and every tensor made here or returned by a call. */
  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
