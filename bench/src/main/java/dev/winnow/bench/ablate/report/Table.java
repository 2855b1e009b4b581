package dev.winnow.bench.ablate.report;

import java.util.ArrayList;
import java.util.List;

/** A table that the page's script sorts by the column whose heading is pressed. */
final class Table {
  private final String caption;
  private final StringBuilder head = new StringBuilder();
  private final List<String> rows = new ArrayList<>();
  private StringBuilder row = new StringBuilder();

  Table(String caption) {
    this.caption = caption;
  }

  /** Adds a column. */
  Table column(String name, String hint) {
    head.append(
        Html.tag(
            "th",
            Html.textTag("button", name, "type", "button", "title", hint),
            "scope",
            "col",
            "aria-sort",
            "none"));
    return this;
  }

  /** Adds the cell that names the row. */
  Table heading(String html, String sortBy) {
    row.append(Html.tag("th", html, "scope", "row", "data-sort", sortBy));
    return this;
  }

  /** Adds a cell of text. */
  Table text(String text) {
    row.append(Html.textTag("td", text, "data-sort", text));
    return this;
  }

  /** Adds a cell with a number and something small below it. */
  Table number(double value, String shown, String below, String classes) {
    String html = Html.text(shown) + (below.isEmpty() ? "" : Html.textTag("small", below));
    return cell(value, html, classes);
  }

  /** Adds a cell with a number. */
  Table number(double value, String shown) {
    return number(value, shown, "", "");
  }

  /** Adds a cell with its number's last digit when pointed at. */
  Table exact(double value, String shown) {
    row.append(
        Html.textTag(
            "td", shown, "class", "num", "data-sort", sort(value), "title", Figures.exact(value)));
    return this;
  }

  /** Adds a cell that is sorted by a number. */
  Table cell(double value, String html, String classes) {
    row.append(Html.tag("td", html, "class", ("num " + classes).strip(), "data-sort", sort(value)));
    return this;
  }

  /** Ends the row. */
  void end(String classes) {
    rows.add(Html.tag("tr", row.toString(), "class", classes));
    row = new StringBuilder();
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String html() {
    String table =
        Html.tag(
            "table",
            Html.textTag("caption", caption)
                + Html.tag("thead", Html.tag("tr", head.toString()))
                + "\n"
                + Html.tag("tbody", String.join("\n", rows)),
            "class",
            "sortable");
    return Html.tag(
        "div", table, "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
  }

  private static String sort(double value) {
    return Double.isNaN(value) ? "" : String.valueOf(value);
  }
}
