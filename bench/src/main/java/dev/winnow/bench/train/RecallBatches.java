package dev.winnow.bench.train;

import dev.winnow.bench.recall.RecallData;
import dev.winnow.bench.recall.RecallExample;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.LongStream;

/**
 * Facts, filler and questions. Only answers are predicted: filler is random, and learning it would
 * drown the questions.
 *
 * @param shape the model
 * @param task what the sequences hold
 */
record RecallBatches(LlamaShape shape, RecallTask task) implements TrainingData {
  private static final long EVALUATION_SEED = 0x5EED_0F_E7A1L;
  private static final int SCORED_TOKENS = 8192;

  @Override
  public int tokens() {
    return task.tokens();
  }

  @Override
  public Batch batch(TorchScript script, int rows, long seed) {
    return of(script, shape, new RecallData(seed), task, rows);
  }

  /** As many facts as there are at most, all asked at the end. */
  @Override
  public Batch evaluation(TorchScript script) {
    RecallTask needles = RecallTask.needles(task.tokens(), task.maxFacts());
    int rows = Math.max(1, SCORED_TOKENS / task.tokens());
    return of(script, shape, new RecallData(EVALUATION_SEED), needles, rows);
  }

  @Override
  public SequencedMap<String, String> figures() {
    SequencedMap<String, String> figures = new LinkedHashMap<>();
    figures.put("facts", "%d to %d".formatted(task.minFacts(), task.maxFacts()));
    figures.put("questions", Integer.toString(task.questions()));
    figures.put("chained", String.format(Locale.ROOT, "%.2f", task.chained()));
    return figures;
  }

  /** Every question comes with the right answers before it in the context. */
  private static Batch of(
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
            LlamaProgram.cosines(script, shape, tokens),
            LlamaProgram.sines(script, shape, tokens),
            script.longs(at, at.length),
            script.longs(right, right.length));
    return new Batch(inputs, right, lengths);
  }
}
