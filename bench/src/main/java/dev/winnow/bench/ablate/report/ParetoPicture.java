package dev.winnow.bench.ablate.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A {@link ParetoChart} as a PNG file; up is always better. */
final class ParetoPicture {
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_DOWN
  };

  private final ParetoChart data;
  private final XYChart chart;
  private final double sign;
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;

  private ParetoPicture(ParetoChart data, List<String> techniques) {
    this.data = data;
    this.sign = data.task().higherIsBetter() ? 1 : -1;
    this.chart =
        new XYChartBuilder()
            .width(960)
            .height(560)
            .title(data.title() + " (" + data.task().model() + ")")
            .xAxisTitle(data.axis().label() + ", lower is better")
            .yAxisTitle(data.task().metricLabel())
            .build();
    style();
    front();
    bars();
    points(techniques);
    labels();
    double pad = Math.max(0.08 * (high - low), 1e-9);
    chart.getStyler().setYAxisMin(low - pad);
    chart.getStyler().setYAxisMax(high + pad);
  }

  static byte[] png(ParetoChart data, List<String> techniques) throws IOException {
    return ChartEncoder.getBytes(new ParetoPicture(data, techniques).chart, "png");
  }

  private void style() {
    chart
        .getStyler()
        .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setLegendPosition(LegendPosition.OutsideE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setMarkerSize(11);
    chart
        .getStyler()
        .setPlotGridLinesColor(new Color(0xE3E3E3))
        .setYAxisTickLabelsFormattingFunction(y -> Figures.number(sign * y));
    chart.getStyler().setLegendBorderColor(Color.WHITE);
    chart.getStyler().setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
  }

  private void front() {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (VariantResult variant : data.front()) {
      double cost = data.axis().of(variant).value();
      if (!y.isEmpty()) {
        x.add(cost);
        y.add(y.getLast());
      }
      x.add(cost);
      y.add(sign * variant.score().value());
    }
    line("front", x, y, new Color(0x999999), new BasicStroke(2.5f)).setShowInLegend(true);
  }

  private void bars() {
    int bar = 0;
    for (VariantResult variant : data.points()) {
      Interval cost = data.axis().of(variant);
      Interval score = variant.score();
      Color colour = new Color(0xB0B0B0);
      List<Double> scores = List.of(sign * score.low(), sign * score.high());
      scores.forEach(this::widen);
      line(
          "score " + bar,
          List.of(cost.value(), cost.value()),
          scores,
          colour,
          new BasicStroke(1.2f));
      double y = sign * score.value();
      line(
          "cost " + bar++,
          List.of(cost.low(), cost.high()),
          List.of(y, y),
          colour,
          new BasicStroke(1.2f));
    }
  }

  private void points(List<String> techniques) {
    Map<String, List<VariantResult>> byTechnique =
        data.points().stream()
            .collect(
                Collectors.groupingBy(
                    v -> v.technique() + (v.isMasked() ? " (masked)" : ""),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byTechnique.forEach(
        (name, variants) -> {
          int index = techniques.indexOf(variants.getFirst().technique());
          XYSeries series =
              chart.addSeries(
                  name,
                  variants.stream().map(v -> data.axis().of(v).value()).toList(),
                  variants.stream().map(v -> sign * v.score().value()).toList());
          series.setMarker(index < 0 ? SeriesMarkers.CROSS : MARKERS[index % MARKERS.length]);
          series.setMarkerColor(Palette.series(index));
        });
  }

  /** Names the front; all names would hide each other. */
  private void labels() {
    double lift = 0.035 * (high - low);
    for (VariantResult variant : data.front()) {
      chart.addAnnotation(
          new AnnotationText(
              variant.variant(),
              data.axis().of(variant).value(),
              sign * variant.score().value() + lift,
              false));
    }
  }

  private XYSeries line(
      String name, List<Double> x, List<Double> y, Color colour, BasicStroke stroke) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(colour);
    series.setLineStyle(stroke);
    series.setShowInLegend(false);
    return series;
  }

  private void widen(double y) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
}
