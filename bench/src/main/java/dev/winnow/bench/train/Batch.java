package dev.winnow.bench.train;

import dev.winnow.bench.recall.RecallData;
import dev.winnow.bench.recall.RecallExample;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Sequences as tensors. Only answers are predicted: filler is random, and learning it would drown
 * the questions.
 *
 * @param inputs ids {@code [rows, tokens]}, cosines and sines {@code [tokens, headDim]}, positions
 *     of what is predicted in the flattened ids, and what is right there
 * @param targets what is right, question by question
 * @param lengths tokens of each answer
 */
record Batch(List<TorchTensor> inputs, long[] targets, List<Integer> lengths)
    implements AutoCloseable {

  static Batch of(
      TorchScript script, LlamaShape shape, RecallData data, RecallTask task, int rows) {
    int tokens = task.tokens();
    long[] ids = new long[rows * tokens];
    LongStream.Builder positions = LongStream.builder();
    LongStream.Builder targets = LongStream.builder();
    List<Integer> lengths = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      RecallExample example = data.next(task);
      for (int i = 0; i < tokens; i++) {
        ids[row * tokens + i] = example.ids()[i];
      }
      for (Question question : example.questions()) {
        for (int i = question.answer(); i < question.end(); i++) {
          positions.add((long) row * tokens + i - 1);
          targets.add(example.ids()[i]);
        }
        lengths.add(question.end() - question.answer());
      }
    }
    long[] at = positions.build().toArray();
    long[] right = targets.build().toArray();
    List<TorchTensor> inputs =
        List.of(
            script.longs(ids, rows, tokens),
            angles(script, shape, tokens, true),
            angles(script, shape, tokens, false),
            script.longs(at, at.length),
            script.longs(right, right.length));
    return new Batch(inputs, right, lengths);
  }

  /** How many answers {@code predicted} has wholly right. */
  int exact(long[] predicted) {
    int exact = 0;
    int at = 0;
    for (int length : lengths) {
      boolean same = true;
      for (int i = at; i < at + length; i++) {
        same &= predicted[i] == targets[i];
      }
      exact += same ? 1 : 0;
      at += length;
    }
    return exact;
  }

  private static TorchTensor angles(
      TorchScript script, LlamaShape shape, int tokens, boolean cosine) {
    int width = shape.headDim();
    float[] values = new float[tokens * width];
    for (int i = 0; i < tokens; i++) {
      for (int j = 0; j < width; j++) {
        double exponent = -2.0 * (j % (width / 2)) / width;
        double angle = i * Math.pow(shape.ropeTheta(), exponent);
        values[i * width + j] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return script.floats(values, tokens, width);
  }

  @Override
  public void close() {
    inputs.forEach(TorchTensor::close);
  }
}
