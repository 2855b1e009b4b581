package dev.winnow.engine.sampling;

import java.util.BitSet;

/** One step from raw logits to the scores that are drawn from. */
interface LogitsProcessor {

  /**
   * Changes scores or drops candidates, never all of them.
   *
   * @param seen ids that are in the sequence already
   */
  void process(Candidates candidates, BitSet seen);

  /** Makes tokens that were there already less likely; needs the whole vocabulary. */
  record RepetitionPenalty(float penalty) implements LogitsProcessor {
    @Override
    public void process(Candidates candidates, BitSet seen) {
      for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
        float score = candidates.score(id);
        float changed = score < 0 ? score * penalty : score / penalty;
        candidates.setScore(id, Math.min(changed, Float.MAX_VALUE));
      }
    }
  }

  /** Sharpens (below 1) or flattens (above 1) the distribution. */
  record Temperature(float temperature) implements LogitsProcessor {
    @Override
    public void process(Candidates candidates, BitSet seen) {
      // Taking the maximum off first changes no probability and keeps tiny temperatures finite.
      float max = candidates.maxScore();
      for (int i = 0; i < candidates.size(); i++) {
        candidates.setScore(i, (candidates.score(i) - max) / temperature);
      }
    }
  }

  /** Keeps the k best, and all that tie with the last of them. */
  record TopK(int k) implements LogitsProcessor {
    @Override
    public void process(Candidates candidates, BitSet seen) {
      if (k >= candidates.size()) {
        return;
      }
      candidates.keepScoresFrom(candidates.kthScore(k));
    }
  }

  /** Keeps the fewest best tokens that have probability p together. */
  record TopP(float p) implements LogitsProcessor {
    @Override
    public void process(Candidates candidates, BitSet seen) {
      float max = candidates.maxScore();
      double total = candidates.sumExp(max);
      // All tokens less likely than (1 - p) / size have less than 1 - p together: none is needed.
      double floor = (1 - (double) p) / candidates.size() * total;
      long[] keys = candidates.keySpace();
      int size = 0;
      for (int i = 0; i < candidates.size(); i++) {
        float score = candidates.score(i);
        if (score == max || Math.exp(score - max) >= floor) {
          keys[size++] = Ranking.key(score, candidates.id(i));
        }
      }
      double needed = Math.max(Double.MIN_VALUE, p * total);
      candidates.keepKeysFrom(Ranking.smallestKeyOfMass(keys, size, max, needed));
    }
  }

  /** Keeps tokens at least p times as likely as the best. */
  record MinP(float p) implements LogitsProcessor {
    @Override
    public void process(Candidates candidates, BitSet seen) {
      float max = candidates.maxScore();
      candidates.keepScoresFrom((float) Math.min(max, max + Math.log(p)));
    }
  }
}
