package dev.winnow.bench.jmh;

import dev.winnow.bench.grid.ModelShape;
import dev.winnow.bench.grid.SyntheticModels;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Session;
import dev.winnow.models.WeightFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One generated token of a synthetic model behind a context: every layer, the output head and the
 * sampler. Each iteration starts again from the given depth.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class DecodeStepBenchmark {
  private static final int POSITIONS = 1 << 16;
  private static final GenerationConfig ONE_TOKEN =
      GenerationConfig.builder().maxNewTokens(1).eosTokenIds().build();

  /** The model and a sequence. */
  @State(Scope.Benchmark)
  public static class Decoding {
    /** See {@link ModelShape#KNOWN}. */
    @Param("smollm2-135m")
    public String shape;

    /** {@code f32}, {@code f16} or {@code int8}. */
    @Param({"f32", "int8"})
    public String weights;

    /** Tokens before the first one generated. */
    @Param({"0", "4096"})
    public int depth;

    /** CPU threads; 0 for all cores. */
    @Param("0")
    public int threads;

    private LanguageModel model;
    private Session base;
    private Session session;

    /** Loads the model and computes the context. */
    @Setup(Level.Trial)
    public void open() {
      ModelOptions options =
          ModelOptions.builder()
              .weights(WeightFormat.of(weights))
              .threads(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads)
              .build();
      model = SyntheticModels.load(ModelShape.of(shape), POSITIONS, options);
      base = model.openSession();
      base.append(new Random(1).ints(depth + 1, 0, model.config().vocabSize()).toArray());
    }

    /** Goes back to the depth. */
    @Setup(Level.Iteration)
    public void fork() {
      session = base.fork();
    }

    /** Ends the sequence. */
    @TearDown(Level.Iteration)
    public void closeFork() {
      session.close();
    }

    /** Frees the model. */
    @TearDown(Level.Trial)
    public void close() {
      base.close();
      model.close();
    }
  }

  /** Computes one token and chooses the next. */
  @Benchmark
  public List<Integer> decodeStep(Decoding decoding) {
    return decoding.session.generate(ONE_TOKEN).generatedIds();
  }
}
