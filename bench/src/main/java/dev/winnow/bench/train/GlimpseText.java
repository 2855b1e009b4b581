package dev.winnow.bench.train;

import dev.winnow.bench.glimpse.GlimpseQuestion;
import dev.winnow.bench.glimpse.GlimpseVocabulary;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Questions behind patches as the program {@code glimpse} takes them: question, answer and end of
 * text, several times over.
 *
 * @param inputs ids, cosines and sines, mask, and positions of what is predicted
 * @param targets what is right there: answer and end of text by turns
 */
record GlimpseText(List<TorchTensor> inputs, long[] targets) {
  /** Tokens of an answer, with the end of text. */
  static final int ANSWER_TOKENS = 2;

  /**
   * Where the patches of a row stand in the sequence.
   *
   * @param positions rotary positions of its patches, from 1
   * @param text rotary position of the first token of text
   */
  record Placed(int[] positions, int text) {
    /** Each patch where it would be if none were left out. */
    static Placed onGrid(int[] patches, int all) {
      return new Placed(Arrays.stream(patches).map(patch -> patch + 1).toArray(), all + 1);
    }

    /** Patches one behind the other, without gaps for those left out. */
    static Placed compact(int patches) {
      int[] positions = new int[patches];
      Arrays.setAll(positions, i -> i + 1);
      return new Placed(positions, patches + 1);
    }
  }

  /** Questions about each row's patches; all rows have as many patches. */
  static GlimpseText of(
      TorchScript script,
      LlamaShape shape,
      List<List<GlimpseQuestion>> questions,
      List<Placed> placed) {
    int rows = questions.size();
    List<List<Integer>> texts = new ArrayList<>();
    LongStream.Builder targets = LongStream.builder();
    List<List<Integer>> predicted = new ArrayList<>();
    for (List<GlimpseQuestion> asked : questions) {
      List<Integer> text = new ArrayList<>();
      List<Integer> at = new ArrayList<>();
      for (GlimpseQuestion question : asked) {
        Arrays.stream(GlimpseVocabulary.ids(question.text())).forEach(text::add);
        int answer = GlimpseVocabulary.ids(question.answer())[0];
        at.add(text.size() - 1);
        at.add(text.size());
        targets.add(answer).add(GlimpseVocabulary.EOS);
        text.add(answer);
        text.add(GlimpseVocabulary.EOS);
      }
      texts.add(text);
      predicted.add(at);
    }
    int tokens = texts.stream().mapToInt(List::size).max().orElseThrow();
    long[] ids = new long[rows * (tokens + 1)];
    LongStream.Builder positions = LongStream.builder();
    for (int row = 0; row < rows; row++) {
      int first = row * (tokens + 1);
      ids[first] = GlimpseVocabulary.BOS;
      for (int i = 0; i < texts.get(row).size(); i++) {
        ids[first + 1 + i] = texts.get(row).get(i);
      }
      for (int at : predicted.get(row)) {
        positions.add((long) row * tokens + at);
      }
    }
    long[] at = positions.build().toArray();
    List<TorchTensor> inputs =
        List.of(
            script.longs(ids, rows, tokens + 1),
            angles(script, shape, placed, tokens, true),
            angles(script, shape, placed, tokens, false),
            mask(script, placed.getFirst().positions().length + 1, tokens),
            script.longs(at, at.length));
    return new GlimpseText(inputs, targets.build().toArray());
  }

  private static TorchTensor angles(
      TorchScript script, LlamaShape shape, List<Placed> placed, int tokens, boolean cosine) {
    int width = shape.headDim();
    int last = placed.stream().mapToInt(Placed::text).max().orElseThrow() + tokens;
    float[] table = LlamaProgram.rotary(shape, last, cosine);
    int patches = placed.getFirst().positions().length;
    int length = 1 + patches + tokens;
    float[] values = new float[placed.size() * length * width];
    for (int row = 0; row < placed.size(); row++) {
      Placed places = placed.get(row);
      for (int i = 0; i < length; i++) {
        int position =
            i == 0 ? 0 : i <= patches ? places.positions()[i - 1] : places.text() + i - 1 - patches;
        System.arraycopy(table, position * width, values, (row * length + i) * width, width);
      }
    }
    return script.floats(values, placed.size(), 1, length, width);
  }

  /** Text sees what is before it: {@code [tokens, before + tokens]}. */
  private static TorchTensor mask(TorchScript script, int before, int tokens) {
    float[] values = new float[tokens * (before + tokens)];
    for (int i = 0; i < tokens; i++) {
      int row = i * (before + tokens);
      Arrays.fill(values, row + before + i + 1, row + before + tokens, Float.NEGATIVE_INFINITY);
    }
    return script.floats(values, tokens, before + tokens);
  }
}
