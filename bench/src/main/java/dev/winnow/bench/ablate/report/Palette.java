package dev.winnow.bench.ablate.report;

import java.awt.Color;
import java.util.List;

/** Colours of pictures that eyes of all kinds tell apart; the page's style has the same ones. */
final class Palette {
  /** Of Okabe and Ito, darkened where they are too pale for lines on white. */
  private static final List<Color> SERIES =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x56B4E9),
          new Color(0xC98A00),
          new Color(0x7A5195),
          new Color(0x8C564B));

  static final Color DENSE = new Color(0x333333);

  /** From bad to good; black text is legible on each. */
  private static final List<Color> SCALE =
      List.of(
          new Color(0xE08214),
          new Color(0xFDDDB0),
          new Color(0xF7F7F7),
          new Color(0xB5D7EA),
          new Color(0x4393C3));

  private Palette() {}

  /** That of a series; a negative {@code index} is dense. */
  static Color series(int index) {
    return index < 0 ? DENSE : SERIES.get(index % SERIES.size());
  }

  /** From the least value to the most. */
  static Color[] scale(boolean highIsGood) {
    return (highIsGood ? SCALE : SCALE.reversed()).toArray(Color[]::new);
  }
}
