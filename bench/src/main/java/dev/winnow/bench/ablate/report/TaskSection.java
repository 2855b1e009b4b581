package dev.winnow.bench.ablate.report;

import java.util.ArrayList;
import java.util.List;

/** All about one model on one task: notes, tables, charts. */
final class TaskSection {
  /** Maps drawn before anyone asks for them. */
  private static final int OPEN_MAPS = 12;

  private final TaskResult task;
  private final Pictures pictures;
  private final Charts charts;

  TaskSection(TaskResult task, Pictures pictures, Charts charts) {
    this.task = task;
    this.pictures = pictures;
    this.charts = charts;
  }

  String html(String id) {
    StringBuilder html = new StringBuilder();
    html.append(
        Html.tag(
            "h2", Html.text(task.task()) + Html.textTag("span", task.model(), "class", "model")));
    html.append(Html.textTag("p", "Score: %s.".formatted(task.metricLabel()), "class", "metric"));
    notes().forEach(note -> html.append(Html.textTag("p", note, "class", "note")));
    if (!task.variants().isEmpty()) {
      TaskTables tables = new TaskTables(task);
      html.append(tables.quality());
      html.append(pareto());
      html.append(group("Score by parameter", AxisCharts.of(task)));
      html.append(group("Score by place", PlaceCharts.of(task)));
      html.append(maps("Score by depth and length", pictures.depths(task)));
      html.append(maps("Attention kept, by layer and head", pictures.recalls(task)));
      html.append(tables.work());
    }
    return Html.tag("section", html.toString(), "id", id, "class", "task");
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (task.variants().isEmpty()) {
      notes.add("Every run of this task failed; the causes are below.");
    } else if (task.dense().isEmpty()) {
      notes.add(
          "No dense run of this task succeeded, so nothing is compared: there are no differences and no latency ratios.");
    }
    if (!task.variants().isEmpty()
        && task.variants().stream().allMatch(variant -> variant.scores().isEmpty())) {
      notes.add("No run of this task has items with a score.");
    }
    return notes;
  }

  private String pareto() {
    List<ParetoChart> found = pictures.paretos(task);
    if (found.isEmpty()) {
      return "";
    }
    String slots =
        Html.each(found, pareto -> charts.slot(pareto.chart(pictures.techniques()), pareto.file()));
    return Html.textTag("h3", "Quality against cost")
        + Html.textTag(
            "p",
            "Better is up and to the left. The line joins variants that no other beats, by their estimates; bars are 95 % intervals. Hollow points are masked: they save nothing.")
        + Html.tag("div", slots, "class", "charts");
  }

  private String group(String title, List<Chart> found) {
    return found.isEmpty()
        ? ""
        : Html.textTag("h3", title)
            + Html.tag("div", Html.each(found, charts::slot), "class", "charts lines");
  }

  private String maps(String title, List<HeatMap> maps) {
    if (maps.isEmpty()) {
      return "";
    }
    String slots =
        Html.tag(
            "div",
            Html.each(maps, map -> charts.slot(map.chart(), map.file())),
            "class",
            "charts maps");
    String summary = Html.textTag("summary", title);
    return maps.size() <= OPEN_MAPS
        ? Html.tag("details", summary + slots, "open", "")
        : Html.tag("details", summary + slots);
  }
}
