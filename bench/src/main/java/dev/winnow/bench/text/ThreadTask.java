package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import dev.winnow.bench.text.JsonPairs.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Values that are the next key: from a key given to the value at the end. */
final class ThreadTask implements TextTask {

  /** How the pairs of a thread lie. */
  enum Kind {
    /** Each behind the one before it. */
    FORWARD,
    /** Each ahead of the one before it. */
    BACKWARD,
    /** In neither order. */
    RANDOM,
    /** Several threads at once, each forward. */
    MULTI,
    /** Forward; every key but the last has a second pair, whose value leads nowhere. */
    BRANCHED
  }

  private static final String FOLLOW =
      "A value in the JSON object above may be a key of it too, whose value may be a key again, and"
          + " so on. ";

  private final Kind kind;

  ThreadTask(Kind kind) {
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public TextMetric metric() {
    return kind == Kind.MULTI ? TextMetric.CONTAINS_ALL : TextMetric.PREFIX;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return threads(setup) * JsonPairs.UUID_TOKENS;
  }

  @Override
  public Set<Knob> heeds() {
    return kind == Kind.MULTI
        ? Set.of(Knob.THREAD_LENGTH, Knob.THREAD_COUNT)
        : Set.of(Knob.THREAD_LENGTH);
  }

  private int threads(Setup setup) {
    return kind == Kind.MULTI ? setup.threadCount() : 1;
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    RandomGenerator random = seeds.random("threads");
    int length = setup.threadLength();
    List<List<Pair>> threads = new ArrayList<>();
    for (int i = 0; i < threads(setup); i++) {
      threads.add(thread(random, length));
    }
    List<Pair> deadEnds = new ArrayList<>();
    if (kind == Kind.BRANCHED) {
      for (Pair pair : threads.getFirst().subList(0, length - 1)) {
        deadEnds.add(new Pair(pair.key(), Draws.uuid(random)));
      }
    }
    Asked asked = ask(threads);
    int taken = threads.size() * length + deadEnds.size();
    return List.of(
        TextTask.draft(
            taken,
            size -> {
              RandomGenerator places = seeds.random("slots " + size);
              List<Integer> slots = Draws.distinct(places, taken, size);
              Map<Integer, Pair> placed = new HashMap<>();
              for (int i = 0; i < threads.size(); i++) {
                List<Integer> order = ordered(places, slots.subList(i * length, (i + 1) * length));
                for (int j = 0; j < length; j++) {
                  placed.put(order.get(j), threads.get(i).get(j));
                }
              }
              for (int i = 0; i < deadEnds.size(); i++) {
                placed.put(slots.get(taken - 1 - i), deadEnds.get(i));
              }
              return new Page(
                  JsonPairs.context(JsonPairs.filled(seeds.random("pairs"), size, placed)), asked);
            }));
  }

  private static List<Pair> thread(RandomGenerator random, int length) {
    List<Pair> pairs = new ArrayList<>();
    String key = Draws.uuid(random);
    for (int i = 0; i < length; i++) {
      Pair pair = new Pair(key, Draws.uuid(random));
      pairs.add(pair);
      key = pair.value();
    }
    return pairs;
  }

  private List<Integer> ordered(RandomGenerator random, List<Integer> slots) {
    List<Integer> up = slots.stream().sorted().toList();
    List<Integer> down = up.reversed();
    if (kind == Kind.BACKWARD) {
      return down;
    }
    if (kind != Kind.RANDOM) {
      return up;
    }
    List<Integer> order = new ArrayList<>(up);
    // Two slots have no other order.
    while (slots.size() > 2 && (order.equals(up) || order.equals(down))) {
      Collections.shuffle(order, random);
    }
    return order;
  }

  private Asked ask(List<List<Pair>> threads) {
    List<String> starts = threads.stream().map(thread -> thread.getFirst().key()).toList();
    List<String> ends = threads.stream().map(thread -> thread.getLast().value()).toList();
    if (kind == Kind.MULTI) {
      return new Asked(
          FOLLOW
              + "Start at each of the specified keys, follow the values that are keys until one is"
              + " not, and extract these final values, one for each key.\nKeys: "
              + JsonPairs.quoted(starts),
          "\nCorresponding final values:",
          ends);
    }
    String task =
        kind == Kind.BRANCHED
            ? "Some keys occur twice, with different values. Start at the specified key, follow the"
                + " values that are keys along the longest way there is, and extract the final"
                + " value, which is not a key."
            : "Start at the specified key, follow the values that are keys until one is not, and"
                + " extract this final value.";
    return new Asked(
        FOLLOW + task + "\nKey: " + JsonPairs.quoted(starts), "\nCorresponding final value:", ends);
  }
}
