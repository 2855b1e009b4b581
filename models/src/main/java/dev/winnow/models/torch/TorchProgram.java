package dev.winnow.models.torch;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.winnow.models.WeightFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The TorchScript methods of one model: the blocks of its architecture over the linear layer of its
 * weight format. They keep no state; tensors and weights are arguments.
 */
final class TorchProgram implements AutoCloseable {
  private static final String PACKED = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

  /** Methods of a weight format, which the output head has a second time in its own format. */
  private static final Pattern HEAD_METHODS =
      Pattern.compile("\\b(pack_one|pack|ready|product|shard)\\(");

  private final String name;
  private final PtSymbolBlock block;

  private TorchProgram(String name, PtSymbolBlock block) {
    this.name = name;
    this.block = block;
  }

  /**
   * Compiles {@code blocks} for {@code weights}.
   *
   * @throws IllegalStateException if libtorch refuses the text
   */
  static TorchProgram load(PtNDManager manager, WeightFormat weights, List<String> blocks) {
    WeightFormat head = headFormat(weights);
    StringBuilder methods = new StringBuilder();
    methods.append(resource("prepare")).append(linear(weights));
    methods.append(HEAD_METHODS.matcher(linear(head)).replaceAll("$1_head("));
    methods.append(resource("common"));
    for (String name : blocks) {
      methods.append(resource(name));
    }
    String source =
        methods
            .toString()
            .replace("HEAD_MATRIX", matrixType(head))
            .replace("MATRIX", matrixType(weights));
    String label = weights.label() + " " + blocks;
    try {
      PtSymbolBlock block =
          JniUtils.loadModule(
              manager, new ByteArrayInputStream(ScriptArchive.of(source)), true, false);
      JniUtils.enableInferenceMode(block);
      return new TorchProgram(label, block);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only
    } catch (EngineException e) {
      throw new IllegalStateException("libtorch refused " + label + ": " + e.getMessage(), e);
    }
  }

  /** How the output head is held: half precision where the layers are int8, else as they are. */
  static WeightFormat headFormat(WeightFormat weights) {
    return weights == WeightFormat.INT8 ? WeightFormat.F16 : weights;
  }

  private static String linear(WeightFormat format) {
    return (resource("linear_" + format.label()) + resource("shards"))
        .replace("MATRIX", matrixType(format))
        .replace("REDUCE_RANGE", CpuFeatures.hasVnni() ? "False" : "True");
  }

  private static String matrixType(WeightFormat format) {
    return "Tuple[" + (format == WeightFormat.F32 ? "Tensor" : PACKED) + ", Tensor, Tensor]";
  }

  /** Calls {@code method}; the caller closes the result. */
  IValue call(String method, IValue... arguments) {
    TorchRuntime.prepareThread();
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
      return withoutComments(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Comments are for people; libtorch's parser of archives takes some badly. */
  static String withoutComments(String script) {
    StringBuilder code = new StringBuilder();
    script
        .lines()
        .filter(line -> !line.stripLeading().startsWith("#"))
        .forEach(line -> code.append(line).append('\n'));
    return code.append('\n').toString();
  }
}
