package dev.winnow.models.text;

import dev.winnow.models.CheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Recovers BPE merges from a SentencePiece vocabulary, which has only scores: a merge is any way to
 * cut a token into two tokens, and the token with the higher score merges first.
 */
final class SentencePieceMerges {
  /** Cuts are tried everywhere, so the length of a token counts squared. */
  private static final int MAX_TOKEN_LENGTH = 512;

  /** Two tokens that become one. */
  record Merge(String left, String right, float score, float leftScore, float rightScore) {}

  private SentencePieceMerges() {}

  /**
   * All merges, the first to be applied first.
   *
   * @param mergeable the vocabulary without control, unknown and byte tokens
   * @param scores score by token id
   */
  static List<Merge> of(Map<String, Integer> mergeable, float[] scores) {
    List<Merge> merges = new ArrayList<>();
    List<Merge> ofToken = new ArrayList<>();
    for (Map.Entry<String, Integer> entry : mergeable.entrySet()) {
      String token = entry.getKey();
      if (token.length() > MAX_TOKEN_LENGTH) {
        throw new CheckpointException(
            "GGUF metadata key 'tokenizer.ggml.tokens': token %d has %d characters; at most %d are supported; convert the model again"
                .formatted(entry.getValue(), token.length(), MAX_TOKEN_LENGTH));
      }
      ofToken.clear();
      for (int cut = 1; cut < token.length(); cut++) {
        if (Character.isLowSurrogate(token.charAt(cut))) {
          continue;
        }
        String left = token.substring(0, cut);
        Integer leftId = mergeable.get(left);
        if (leftId == null) {
          continue;
        }
        String right = token.substring(cut);
        Integer rightId = mergeable.get(right);
        if (rightId != null) {
          ofToken.add(
              new Merge(left, right, scores[entry.getValue()], scores[leftId], scores[rightId]));
        }
      }
      ofToken.sort(
          Comparator.comparingDouble(Merge::leftScore)
              .thenComparingDouble(Merge::rightScore)
              .reversed());
      merges.addAll(ofToken);
    }
    merges.sort(Comparator.comparingDouble(Merge::score).reversed());
    return merges;
  }
}
