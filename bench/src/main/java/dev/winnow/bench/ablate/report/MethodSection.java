package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** How the numbers were made, and where. */
final class MethodSection {
  private MethodSection() {}

  static String html(Results results) {
    return Html.tag("ul", Html.each(method(results), text -> Html.textTag("li", text)))
        + environment(results);
  }

  private static List<String> method(Results results) {
    int comparisons = results.differences().size();
    long clear = results.differences().stream().filter(Difference::isClear).count();
    long corrected = results.differences().stream().filter(Difference::survivesCorrection).count();
    return List.of(
        "Scores are means over items and seeds. Differences to dense are taken item by item, between runs of the same model, task and seed; items that only one of both has are left out.",
        "Intervals are 95 %% percentile intervals of %d bootstrap resamples: seeds are drawn with replacement, then items in each seed drawn, because items of one seed may share a context. With one seed only items are drawn, which says nothing about other contexts. Items are taken as independent given their seed, which neighbouring tokens of a text are not quite."
            .formatted(Bootstrap.RESAMPLES),
        "On simulated right and wrong answers (80 % right; 16 or 48 items a seed) such intervals held the truth in 92 to 98 % of cases with three seeds, but in only 84 to 93 % with one: trust few seeds less.",
        "Where all scores are 0, or all 1, resampling would show no uncertainty; the interval then is that of Clopper and Pearson. A seed whose scores repeat another's to the last digit counts once.",
        "%d differences to dense were tested. About one in twenty of those without any true difference would be marked ○ by chance; of %d whose interval excludes 0, %d remain after Holm's correction (p from the standard error over resamples, by the normal distribution) and are marked ●."
            .formatted(comparisons, clear, corrected),
        "The effect is Cohen's d of the paired differences: their mean over their standard deviation. For scores of 0 and 1 the difference is the risk difference, and right answers lost and gained are counted; the table results.csv has the matched odds ratio.",
        "Operations and bytes are counted, not estimated, and carry no interval. The bound is the lesser of both ratios to dense: a run's time cannot gain more by saved work alone.",
        "Latencies are medians over answers; ratios to dense are medians over pairs of the same answer, and are said to be unpaired where answers do not correspond one to one. Intervals of times cover answers and seeds, not other machines or other loads.",
        "A variant with execution masked only hides what it would evict: it shows the quality of a technique, and saves nothing.");
  }

  private static String environment(Results results) {
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (RunRecord run : results.runs()) {
      run.environment()
          .forEach(
              (key, value) ->
                  values.computeIfAbsent(key, unused -> new LinkedHashSet<>()).add(value));
    }
    if (values.isEmpty()) {
      return Html.textTag("p", "The runs do not say where they ran.");
    }
    String rows =
        values.entrySet().stream()
            .map(
                entry ->
                    Html.textTag("dt", entry.getKey())
                        + Html.textTag("dd", String.join("; ", entry.getValue())))
            .collect(Collectors.joining("\n"));
    String several =
        values.values().stream().anyMatch(set -> set.size() > 1)
            ? Html.textTag(
                "p",
                "Runs differ in where they ran: compare times only between runs of the same machine.",
                "class",
                "note")
            : "";
    return Html.textTag("h3", "Environment") + several + Html.tag("dl", rows);
  }
}
