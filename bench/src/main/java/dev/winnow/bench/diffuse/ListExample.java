package dev.winnow.bench.diffuse;

import java.util.Arrays;

/**
 * A list, what is to be done with it, and a right response.
 *
 * @param task what is to be done
 * @param items ids of the list
 * @param response ids of {@link ListData#RESPONSE} tokens: a right answer, then end-of-sequence
 */
public record ListExample(ListTask task, int[] items, int[] response) {

  /** The prompt: BOS, the task's word, the list, and the sign before the response. */
  public int[] prompt() {
    int[] prompt = new int[items.length + 3];
    prompt[0] = DiffuseVocabulary.BOS;
    prompt[1] = task.id();
    System.arraycopy(items, 0, prompt, 2, items.length);
    prompt[prompt.length - 1] = DiffuseVocabulary.EQUALS;
    return prompt;
  }

  /** The prompt as a text, without BOS: {@code sort 3 1 2 =}. */
  public String text() {
    int[] prompt = prompt();
    return DiffuseVocabulary.text(Arrays.copyOfRange(prompt, 1, prompt.length));
  }

  /** Whether {@code generated} answers the task and holds nothing else before its end. */
  public boolean isRight(int[] generated) {
    int length = 0;
    while (length < generated.length && generated[length] != DiffuseVocabulary.EOS) {
      length++;
    }
    return length == items.length && task.isRight(items, Arrays.copyOf(generated, length));
  }
}
