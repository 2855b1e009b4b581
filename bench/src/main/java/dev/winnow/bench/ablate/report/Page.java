package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The report as one page that loads nothing. Its content policy forbids the network, and any script
 * but its own, whatever labels say.
 */
final class Page {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private Page() {}

  static String html(String title, Results results, Pictures pictures) throws IOException {
    Charts charts = new Charts();
    List<String> tasks = new ArrayList<>();
    for (TaskResult task : results.tasks()) {
      tasks.add(new TaskSection(task, pictures, charts).html("task-" + tasks.size()));
    }
    Map<String, String> scripts = new LinkedHashMap<>();
    scripts.put("errors", Resources.read("errors.js"));
    scripts.put("echarts", Resources.echarts());
    scripts.put("charts", Resources.read("charts.js"));
    scripts.put("tables", Resources.read("tables.js"));
    Map<String, String> places = new LinkedHashMap<>(scripts);
    places.put(
        "hashes", scripts.values().stream().map(Page::hash).collect(Collectors.joining(" ")));
    places.put("title", Html.text(title));
    places.put("style", Resources.read("report.css"));
    places.put("facts", Html.text(facts(results)));
    places.put("navigation", navigation(results));
    places.put("legend", Html.text(Verdict.LEGEND + "."));
    places.put("overview", OverviewSection.html(results));
    places.put("findings", FindingsSection.html(results));
    places.put("tasks", String.join("\n", tasks));
    places.put("failures", FailuresSection.html(results));
    places.put("method", MethodSection.html(results));
    places.put("data", charts.json());
    return filled(Resources.read("report.html"), places);
  }

  /** In one pass, so that a label that looks like a place stays a label. */
  private static String filled(String template, Map<String, String> places) {
    return PLACE
        .matcher(template)
        .replaceAll(place -> Matcher.quoteReplacement(places.get(place.group(1))));
  }

  private static String facts(Results results) {
    long variants = results.variants().stream().filter(v -> !v.equals(RunRecord.DENSE)).count();
    return "%s, %s and %s: %s, %d failed. %s"
        .formatted(
            counted(results.models().size(), "model"),
            counted(variants, "variant"),
            counted(results.tasks().stream().map(TaskResult::task).distinct().count(), "task"),
            counted(results.runs().size(), "run"),
            results.failed().size(),
            results.runs().stream().anyMatch(run -> run.variant().equals(RunRecord.DENSE))
                ? "Everything is compared with dense execution of the same items."
                : "There is no dense run to compare with.");
  }

  private static String counted(long n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  private static String navigation(Results results) {
    boolean several = results.models().size() > 1;
    List<String> links = new ArrayList<>();
    for (TaskResult task : results.tasks()) {
      String name = several ? task.task() + ", " + task.model() : task.task();
      links.add(Html.textTag("a", name, "href", "#task-" + links.size()));
    }
    return String.join("\n", links);
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
