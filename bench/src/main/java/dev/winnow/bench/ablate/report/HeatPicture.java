package dev.winnow.bench.ablate.report;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** A {@link HeatMap} as a PNG file. */
final class HeatPicture {
  private static final int MOST_LABELLED = 400;

  private HeatPicture() {}

  static byte[] png(HeatMap map, String title) throws IOException {
    int columns = map.columns().size();
    int rows = map.rows().size();
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(Math.clamp(48L * columns + 260, 520, 2400))
            .height(Math.clamp(28L * rows + 150, 320, 2400))
            .title(title)
            .xAxisTitle(map.x())
            .yAxisTitle(map.y())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBackgroundColor(new Color(0xDDDDDD));
    chart.getStyler().setShowValue(rows * columns <= MOST_LABELLED);
    chart.getStyler().setHeatMapValueDecimalPattern("0.00");
    chart.getStyler().setValueFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    chart.getStyler().setXAxisTickMarkSpacingHint(30).setYAxisTickMarkSpacingHint(20);
    chart.getStyler().setMin(map.low());
    chart.getStyler().setMax(map.high() > map.low() ? map.high() : map.low() + 1);
    chart.getStyler().setRangeColors(Palette.scale(map.highIsGood()));
    List<Number[]> cells = new ArrayList<>();
    // The chart's first row is at the bottom, the map's on top.
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double value = map.values()[row][column];
        if (Double.isFinite(value)) {
          cells.add(new Number[] {column, rows - 1 - row, value});
        }
      }
    }
    chart.addSeries("mean", map.columns(), map.rows().reversed(), cells);
    return ChartEncoder.getBytes(chart, "png");
  }
}
