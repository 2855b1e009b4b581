package dev.winnow.bench.train;

import dev.winnow.bench.train.Parameter.Rule;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.List;

/** Trains the model of a task step by step. */
final class Trainer implements AutoCloseable {
  /** AdamW's learning rate as part of Muon's. */
  private static final double ADAMW_RATE = 0.1;

  private static final float GRADIENT_NORM_LIMIT = 1;

  private final TorchScript script;
  private final Muon muon;
  private final AdamW adamw;

  Trainer(ReferenceTask task, int threads) {
    String optimisers = LlamaProgram.resource("muon") + LlamaProgram.resource("adamw");
    this.script = TorchScript.load(task.program() + optimisers, threads);
    this.muon = new Muon(script);
    this.adamw = new AdamW(script);
  }

  TorchScript script() {
    return script;
  }

  /** One step on the sequences of {@code seed}; returns the loss before it. */
  float step(TrainingState state, Schedule.Step step, long seed) {
    double before = cpuSeconds();
    List<TorchTensor> results;
    try (Batch batch = step.phase().data().batch(script, step.phase().rows(), seed);
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

  /** Part of the answers of the evaluation of {@code data} that are wholly right. */
  double exactMatch(TrainingState state, TrainingData data) {
    List<TorchTensor> results = new ArrayList<>();
    try (Batch batch = data.evaluation(script)) {
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

  @Override
  public void close() {
    script.close();
  }
}
