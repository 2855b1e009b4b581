package dev.winnow.bench.train;

import dev.winnow.bench.recall.RecallData;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.train.Parameter.Rule;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Trains a Llama decoder step by step. */
final class LlamaTrainer implements AutoCloseable {
  /** AdamW's learning rate as part of Muon's. */
  private static final double ADAMW_RATE = 0.1;

  private static final float GRADIENT_NORM_LIMIT = 1;
  private static final long EVALUATION_SEED = 0x5EED_0F_E7A1L;

  private final LlamaShape shape;
  private final TorchScript script;
  private final Muon muon;
  private final AdamW adamw;

  LlamaTrainer(LlamaShape shape, int threads) {
    this.shape = shape;
    String llama =
        resource("llama")
            .replace("HEAD_DIM", Integer.toString(shape.headDim()))
            .replace("EPSILON", Double.toString(shape.normEpsilon()));
    this.script = TorchScript.load(llama + resource("muon") + resource("adamw"), threads);
    this.muon = new Muon(script);
    this.adamw = new AdamW(script);
  }

  TorchScript script() {
    return script;
  }

  /** One step on sequences of {@code data}; returns the loss before it. */
  float step(TrainingState state, Schedule.Step step, RecallData data) {
    double before = cpuSeconds();
    List<TorchTensor> results;
    try (Batch batch = Batch.of(script, shape, data, step.phase().task(), step.phase().rows());
        TorchTensor limit = script.floats(new float[] {GRADIENT_NORM_LIMIT})) {
      results = script.call("gradients", batch.inputs(), state.weights(), List.of(limit));
    }
    try {
      List<TorchTensor> gradients = results.subList(1, results.size());
      muon.step(
          step.rate(),
          state.trainedBy(Rule.MUON, state.weights()),
          state.trainedBy(Rule.MUON, gradients),
          state.trainedBy(Rule.MUON, state.first()));
      adamw.step(
          ADAMW_RATE * step.rate(),
          state.step() + 1,
          state.trainedBy(Rule.ADAMW, state.weights()),
          state.trainedBy(Rule.ADAMW, gradients),
          state.trainedBy(Rule.ADAMW, state.first()),
          state.second());
      return results.getFirst().toFloats()[0];
    } finally {
      results.forEach(TorchTensor::close);
      state.stepDone(cpuSeconds() - before);
    }
  }

  /** Part of the answers wholly right, each with the right answers before it in the context. */
  double exactMatch(TrainingState state, RecallTask task, int rows) {
    RecallData data = new RecallData(EVALUATION_SEED);
    List<TorchTensor> results = new ArrayList<>();
    try (Batch batch = Batch.of(script, shape, data, task, rows)) {
      results.addAll(script.call("predict", batch.inputs(), state.weights()));
      return (double) batch.exact(results.getFirst().toLongs()) / batch.lengths().size();
    } finally {
      results.forEach(TorchTensor::close);
    }
  }

  /** CPU seconds of this process so far. */
  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  private static String resource(String name) {
    String path = "/dev/winnow/bench/train/" + name + ".py";
    try (InputStream in = LlamaTrainer.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
