package dev.winnow.bench.recall;

import dev.winnow.bench.recall.RecallExample.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Makes sequences in which facts ({@code set amber 48 21 .}, or a link {@code set amber cedar .})
 * stand among sentences of random filler words, and questions repeat a name for the model to go on:
 * {@code ? amber 48 21 .}, or along a chain of links {@code chain amber cedar 48 21 .} The same
 * seed gives the same sequences.
 */
public final class RecallData {
  /** Tokens of a fact with a value: set, name, two numbers, full stop. */
  static final int MOST_FACT_TOKENS = 5;

  private static final double ASK_SOMETHING_NEW = 0.8;
  private static final double ASK_WHOLE_CHAIN = 0.75;

  private final RandomGenerator random;

  /** Sequences of {@code seed}. */
  public RecallData(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A fact: what follows the name. */
  private record Fact(int name, int[] value) {}

  /** Tokens, and where they hold a question: hops, 0 if they are a fact. */
  private record Part(int[] tokens, int hops) {}

  /** The next sequence of {@code task}, of {@code task.tokens() + 1} tokens. */
  public RecallExample next(RecallTask task) {
    int facts = between(task.minFacts(), task.maxFacts());
    List<int[]> groups = groups(task, facts);
    List<Fact> stated = new ArrayList<>();
    Map<Integer, int[]> chains = new HashMap<>();
    Map<Integer, int[]> links = new HashMap<>();
    int[] firstNumbers = distinct(RecallVocabulary.NUMBERS, groups.size());
    for (int g = 0; g < groups.size(); g++) {
      int[] names = groups.get(g);
      int[] value = {
        RecallVocabulary.FIRST_NUMBER + firstNumbers[g],
        RecallVocabulary.FIRST_NUMBER + random.nextInt(RecallVocabulary.NUMBERS)
      };
      for (int i = names.length - 1; i >= 0; i--) {
        boolean last = i == names.length - 1;
        stated.add(new Fact(names[i], last ? value : new int[] {names[i + 1]}));
        links.put(names[i], Arrays.copyOfRange(names, i, names.length));
        chains.put(names[i], concat(Arrays.copyOfRange(names, i + 1, names.length), value));
      }
    }
    Collections.shuffle(stated, random);
    return assemble(task, parts(task, stated, links, chains), facts);
  }

  /** Names of each chain, in order; most chains are one name. */
  private List<int[]> groups(RecallTask task, int facts) {
    int[] names = distinct(RecallVocabulary.names(), facts);
    for (int i = 0; i < facts; i++) {
      names[i] += RecallVocabulary.FIRST_NAME;
    }
    List<int[]> groups = new ArrayList<>();
    for (int i = 0; i < facts; ) {
      int hops = 1;
      int most = Math.min(task.maxHops(), facts - i);
      if (random.nextDouble() < task.chained() && most >= 2) {
        hops = task.chained() == 1 ? most : between(2, most);
      }
      groups.add(Arrays.copyOfRange(names, i, i + hops));
      i += hops;
    }
    return groups;
  }

  /** Facts and questions in the order in which they come. */
  private List<Part> parts(
      RecallTask task, List<Fact> stated, Map<Integer, int[]> links, Map<Integer, int[]> chains) {
    List<Boolean> isFact = new ArrayList<>(Collections.nCopies(stated.size() - 1, true));
    isFact.addAll(Collections.nCopies(task.questions(), false));
    if (!task.questionsLast()) {
      Collections.shuffle(isFact, random);
    }
    isFact.addFirst(true);
    int room = task.tokens() - stated.stream().mapToInt(f -> f.value().length + 3).sum();
    List<Part> parts = new ArrayList<>();
    List<Integer> known = new ArrayList<>();
    Map<Integer, int[]> values = new HashMap<>();
    Set<Integer> asked = new HashSet<>();
    int next = 0;
    for (boolean fact : isFact) {
      if (fact) {
        Fact f = stated.get(next++);
        parts.add(new Part(sentence(RecallVocabulary.SET, f.name(), f.value()), 0));
        known.add(f.name());
        values.put(f.name(), f.value());
        continue;
      }
      List<Integer> fresh = known.stream().filter(n -> !asked.contains(n)).toList();
      List<Integer> choice = task.askedOnce() ? fresh : known;
      if (choice.isEmpty()) {
        continue;
      }
      boolean somethingNew = !fresh.isEmpty() && random.nextDouble() < ASK_SOMETHING_NEW;
      List<Integer> from = somethingNew ? fresh : choice;
      int name = from.get(random.nextInt(from.size()));
      int hops = links.get(name).length;
      boolean whole =
          hops > 1
              && Arrays.stream(links.get(name)).allMatch(values::containsKey)
              && random.nextDouble() < ASK_WHOLE_CHAIN;
      int[] tokens =
          whole
              ? sentence(RecallVocabulary.CHAIN, name, chains.get(name))
              : sentence(RecallVocabulary.ASK, name, values.get(name));
      if (tokens.length <= room) {
        room -= tokens.length;
        asked.add(name);
        parts.add(new Part(tokens, whole ? hops : 1));
      }
    }
    return parts;
  }

  /** Puts filler into random gaps until the sequence is long enough. */
  private RecallExample assemble(RecallTask task, List<Part> parts, int facts) {
    int left = task.tokens() - parts.stream().mapToInt(p -> p.tokens().length).sum();
    int gaps = task.questionsLast() ? facts + 1 : parts.size() + 1;
    int[] cuts = new int[gaps + 1];
    for (int i = 1; i < gaps; i++) {
      cuts[i] = between(0, left);
    }
    cuts[gaps] = left;
    Arrays.sort(cuts);
    int[] ids = new int[task.tokens() + 1];
    ids[0] = RecallVocabulary.BOS;
    int length = 1;
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < Math.max(parts.size(), gaps); i++) {
      if (i < gaps) {
        length = addFiller(ids, length, cuts[i + 1] - cuts[i]);
      }
      if (i < parts.size()) {
        Part part = parts.get(i);
        int end = length + part.tokens().length;
        System.arraycopy(part.tokens(), 0, ids, length, part.tokens().length);
        if (part.hops() > 0) {
          questions.add(new Question(length, length + 2, end, part.hops()));
        }
        length = end;
      }
    }
    return new RecallExample(ids, questions);
  }

  /** Sentences of four to nine filler words; the last one may be cut short. */
  private int addFiller(int[] ids, int start, int count) {
    int end = start + count;
    int at = start;
    while (at < end) {
      int stop = Math.min(at + between(4, 9), end - 1);
      for (; at < stop; at++) {
        ids[at] = RecallVocabulary.firstFiller() + random.nextInt(RecallVocabulary.fillers());
      }
      ids[at++] = RecallVocabulary.STOP;
    }
    return end;
  }

  /** A sequence that states one fact and ends. */
  static int[] opening(String name, int first, int second) {
    int id = RecallVocabulary.words().indexOf(name);
    int[] value = {RecallVocabulary.FIRST_NUMBER + first, RecallVocabulary.FIRST_NUMBER + second};
    return concat(new int[] {RecallVocabulary.BOS}, sentence(RecallVocabulary.SET, id, value));
  }

  private int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  /** {@code count} different numbers below {@code bound}. */
  private int[] distinct(int bound, int count) {
    return random.ints(0, bound).distinct().limit(count).toArray();
  }

  private static int[] sentence(int sign, int name, int[] value) {
    int[] tokens = new int[value.length + 3];
    tokens[0] = sign;
    tokens[1] = name;
    System.arraycopy(value, 0, tokens, 2, value.length);
    tokens[tokens.length - 1] = RecallVocabulary.STOP;
    return tokens;
  }

  private static int[] concat(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
