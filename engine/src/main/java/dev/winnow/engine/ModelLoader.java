package dev.winnow.engine;

import dev.winnow.engine.metrics.Events;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.CausalLm;
import dev.winnow.models.CausalLms;
import dev.winnow.models.Device;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.arch.DecoderSpec;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.CheckpointFingerprint;
import dev.winnow.models.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a language model together from a checkpoint. */
final class ModelLoader {
  private static final Logger LOG = LoggerFactory.getLogger(LanguageModel.class);

  private ModelLoader() {}

  /** Loads the checkpoint at {@code path}. */
  static LanguageModel load(Path path, ModelOptions options) {
    return load(Checkpoints.open(path), options);
  }

  /** Loads {@code checkpoint}, which is closed with the model, or at once if loading fails. */
  static LanguageModel load(Checkpoint checkpoint, ModelOptions options) {
    long start = System.nanoTime();
    Events.ModelLoad event = new Events.ModelLoad();
    event.begin();
    Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(checkpoint));
    try {
      requireDevice(options.device());
      Supplier<String> fingerprint = new Fingerprint(checkpoint);
      if (!options.engine().techniques().isEmpty()) {
        // What does not suit is refused before the weights are read.
        DecoderSpec spec = Architectures.spec(checkpoint.config(), checkpoint.source().toString());
        LanguageModel.compose(options.engine().techniques(), spec.config(), fingerprint);
      }
      String where = checkpoint.source() + ": generation_config.json";
      GenerationConfig defaults =
          checkpoint
              .generationConfig()
              .map(json -> GenerationConfig.fromCheckpoint(json, where))
              .map(ModelLoader::reported)
              .orElse(GenerationConfig.defaults());
      // A large vocabulary takes as long as starting libtorch: both at once. In a thread that has
      // this one's class loader, by which the tokenizer finds its library.
      CompletableFuture<Optional<TextCodec>> codec =
          CompletableFuture.supplyAsync(
              () -> CheckpointCodec.of(checkpoint),
              task -> Thread.ofPlatform().daemon().name("winnow-tokenizer").start(task));
      opened.push(
          () -> codec.exceptionally(e -> Optional.empty()).join().ifPresent(TextCodec::close));
      WorkerPool pool = new WorkerPool(options.threads());
      opened.push(pool);
      Kernels kernels = new CpuKernels(pool);
      CausalLm model = CausalLms.load(checkpoint, options.weights(), pool);
      opened.push(model);
      Optional<TextCodec> text = result(codec);
      if (event.shouldCommit()) {
        event.source = checkpoint.source().toString();
        event.weightBytes = model.weightBytes();
        event.commit();
      }
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      return new LanguageModel(model, kernels, text, defaults, options.engine(), time, fingerprint);
    } catch (RuntimeException | Error e) {
      closeAll(opened, e);
      throw e;
    }
  }

  /** Computes it when first wanted, and once. */
  private static final class Fingerprint implements Supplier<String> {
    private final Checkpoint checkpoint;
    private String value;

    Fingerprint(Checkpoint checkpoint) {
      this.checkpoint = checkpoint;
    }

    @Override
    public synchronized String get() {
      if (value == null) {
        value = CheckpointFingerprint.of(checkpoint);
      }
      return value;
    }
  }

  private static <T> T result(CompletableFuture<T> task) {
    try {
      return task.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void closeAll(Deque<AutoCloseable> opened, Throwable cause) {
    for (AutoCloseable resource : opened) {
      try {
        resource.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }

  private static GenerationConfig reported(GenerationConfig.FromCheckpoint fromCheckpoint) {
    fromCheckpoint.notSupported().forEach(sentence -> LOG.warn("{}", sentence));
    return fromCheckpoint.config();
  }

  private static void requireDevice(Device device) {
    if (device == Device.CUDA) {
      throw new IllegalArgumentException(
          "device is cuda, but this version computes on the CPU only; use cpu or auto");
    }
  }
}
