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
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The values of several keys, which are named, or told by a sign that no other key has. */
final class SeveralNeedles implements TextTask {
  private static final List<String> SIGNS = List.of("*", "&", "@", "#", "+", "%");

  /** Which keys are asked for. */
  enum Kind {
    /** Named keys anywhere. */
    MULTI,
    /** Named keys side by side. */
    CLUSTERED,
    /** Keys anywhere that contain a sign. */
    CONDITIONAL
  }

  private final Kind kind;

  SeveralNeedles(Kind kind) {
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return setup.keys() * JsonPairs.UUID_TOKENS;
  }

  @Override
  public Set<Knob> heeds() {
    return kind == Kind.CLUSTERED ? Set.of(Knob.KEYS, Knob.DEPTHS) : Set.of(Knob.KEYS);
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    if (kind != Kind.CLUSTERED) {
      return List.of(
          draft(
              seeds,
              setup.keys(),
              size -> Draws.distinct(seeds.random("slots " + size), setup.keys(), size)));
    }
    List<Draft> drafts = new ArrayList<>();
    for (double depth : setup.depths()) {
      Draft draft = draft(seeds, setup.keys(), size -> cluster(depth, size, setup.keys()));
      drafts.add(TextTask.draft(draft.fewest(), size -> at(depth, draft.page(size))));
    }
    return drafts;
  }

  private static List<Integer> cluster(double depth, int size, int keys) {
    int first = JsonPairs.slot(depth, size, keys);
    return IntStream.range(first, first + keys).boxed().toList();
  }

  private static Page at(double depth, Page page) {
    return new Page(page.context(), page.questions().getFirst().at(depth));
  }

  private Draft draft(Seeds seeds, int keys, IntFunction<List<Integer>> slots) {
    RandomGenerator random = seeds.random("needles");
    String sign = Draws.pick(random, SIGNS);
    List<Pair> needles =
        Stream.generate(() -> Pair.random(random))
            .limit(keys)
            .map(pair -> kind == Kind.CONDITIONAL ? marked(random, pair, sign) : pair)
            .toList();
    List<Pair> order = new ArrayList<>(needles);
    Collections.shuffle(order, random);
    Asked asked = ask(order, sign);
    return TextTask.draft(
        keys,
        size -> {
          Map<Integer, Pair> placed = new HashMap<>();
          List<Integer> at = slots.apply(size);
          for (int i = 0; i < keys; i++) {
            placed.put(at.get(i), needles.get(i));
          }
          return new Page(
              JsonPairs.context(JsonPairs.filled(seeds.random("pairs"), size, placed)), asked);
        });
  }

  /** With {@code sign} for one of the digits of the key's last group. */
  private static Pair marked(RandomGenerator random, Pair pair, String sign) {
    int at = pair.key().lastIndexOf('-') + 1 + random.nextInt(12);
    String key = pair.key().substring(0, at) + sign + pair.key().substring(at + 1);
    return new Pair(key, pair.value());
  }

  private Asked ask(List<Pair> order, String sign) {
    List<String> keys = order.stream().map(Pair::key).toList();
    String question =
        kind == Kind.CONDITIONAL
            ? "Extract the values of all keys in the JSON object above that contain the character"
                + " \"%s\".".formatted(sign)
            : "Extract the values corresponding to the specified keys in the JSON object above.\n"
                + "Keys: %s".formatted(JsonPairs.quoted(keys));
    return new Asked(question, "\nCorresponding values:", order.stream().map(Pair::value).toList());
  }
}
