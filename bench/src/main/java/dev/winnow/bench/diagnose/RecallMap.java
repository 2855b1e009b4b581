package dev.winnow.bench.diagnose;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** A picture of the recall of each layer and head. */
public final class RecallMap {
  private RecallMap() {}

  /**
   * Writes a PNG file.
   *
   * @param recall {@code [layers][heads]} in [0, 1]; NaN is drawn as dense, which is 1
   * @throws IOException if the file cannot be written
   */
  public static void write(double[][] recall, String title, Path file) throws IOException {
    int layers = recall.length;
    int heads = recall[0].length;
    int[] columns = IntStream.range(0, heads).toArray();
    int[] rows = IntStream.range(0, layers).toArray();
    int[][] percent = new int[heads][layers];
    for (int layer = 0; layer < layers; layer++) {
      for (int head = 0; head < heads; head++) {
        double value = recall[layer][head];
        percent[head][layer] = (int) Math.round(100 * (Double.isNaN(value) ? 1 : value));
      }
    }
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(Math.max(480, 40 * heads + 240))
            .height(Math.max(320, 22 * layers + 140))
            .title(title)
            .xAxisTitle("query head")
            .yAxisTitle("layer")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setShowValue(heads <= 32);
    chart.getStyler().setMin(0);
    chart.getStyler().setMax(100);
    chart
        .getStyler()
        .setRangeColors(
            new Color[] {new Color(0xB2182B), new Color(0xF7F7F7), new Color(0x2166AC)});
    chart.addSeries("attention probability kept, %", columns, rows, percent);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }
}
