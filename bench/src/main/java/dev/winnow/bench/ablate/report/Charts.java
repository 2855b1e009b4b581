package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** Places for charts on the page, and the data that its script draws there. */
final class Charts {
  private final ArrayNode specs = JsonNodeFactory.instance.arrayNode();

  /** A place for {@code chart}, which no picture stands in for. */
  String slot(Chart chart) {
    return slot(chart, "");
  }

  /** A place for {@code chart}; where no script runs, the picture of that name stands in. */
  String slot(Chart chart, String picture) {
    String id = "chart-" + specs.size();
    specs.add(chart.spec().deepCopy().put("id", id).put("title", chart.title()));
    String drawn =
        Html.tag(
            "div",
            "",
            "class",
            "chart",
            "id",
            id,
            "role",
            "img",
            "aria-label",
            chart.title(),
            "style",
            "height:" + chart.height() + "px");
    String still =
        picture.isEmpty()
            ? Html.textTag("p", "Only drawn where scripts run.")
            : Html.open("img", "src", picture, "alt", chart.title());
    return Html.tag(
        "figure", Html.textTag("figcaption", chart.title()) + drawn + Html.tag("noscript", still));
  }

  /** The data, safe inside a script element. */
  String json() {
    return specs.toString().replace("<", "\\u003c").replace(">", "\\u003e");
  }
}
