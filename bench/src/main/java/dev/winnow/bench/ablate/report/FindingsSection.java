package dev.winnow.bench.ablate.report;

import java.util.Comparator;
import java.util.List;

/** Losses and wins in sentences, losses first. */
final class FindingsSection {
  private static final int SHOWN = 12;

  private final boolean severalModels;

  private FindingsSection(boolean severalModels) {
    this.severalModels = severalModels;
  }

  static String html(Results results) {
    FindingsSection section = new FindingsSection(results.models().size() > 1);
    List<Finding> all = Findings.of(results);
    List<Finding> losses = all.stream().filter(finding -> finding.kind().isLoss()).toList();
    List<Finding> wins = all.stream().filter(finding -> !finding.kind().isLoss()).toList();
    return Html.tag(
        "div",
        section.list("Where it loses", "loses", losses, "No loss against dense was shown.")
            + section.list("Where it wins", "wins", wins, "No win over dense was shown."),
        "class",
        "findings");
  }

  private String list(String title, String classes, List<Finding> findings, String none) {
    List<Finding> sorted = findings.stream().sorted(Comparator.comparing(Finding::kind)).toList();
    String content;
    if (sorted.isEmpty()) {
      content = Html.textTag("p", none);
    } else if (sorted.size() <= SHOWN) {
      content = items(sorted);
    } else {
      content =
          items(sorted.subList(0, SHOWN))
              + Html.tag(
                  "details",
                  Html.textTag("summary", "and %d more".formatted(sorted.size() - SHOWN))
                      + items(sorted.subList(SHOWN, sorted.size())));
    }
    return Html.tag("section", Html.textTag("h3", title) + content, "class", classes);
  }

  private String items(List<Finding> findings) {
    return Html.tag("ul", Html.each(findings, this::item));
  }

  private String item(Finding finding) {
    String where = severalModels ? finding.task() + ", " + finding.model() : finding.task();
    return Html.tag(
        "li",
        Html.textTag("strong", finding.variant())
            + Html.textTag("span", " on " + where + " ", "class", "where")
            + Html.text(finding.sentence()));
  }
}
