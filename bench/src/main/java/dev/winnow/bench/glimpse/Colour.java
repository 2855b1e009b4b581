package dev.winnow.bench.glimpse;

import java.util.Locale;

/** Colours of objects. */
public enum Colour {
  RED(0.9, 0.1, 0.1),
  GREEN(0.1, 0.75, 0.15),
  BLUE(0.15, 0.25, 0.95),
  YELLOW(0.95, 0.9, 0.1),
  PURPLE(0.65, 0.1, 0.8),
  CYAN(0.1, 0.85, 0.9);

  private final double red;
  private final double green;
  private final double blue;

  Colour(double red, double green, double blue) {
    this.red = red;
    this.green = green;
    this.blue = blue;
  }

  /** Its word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Red, green and blue in [0, 1]. */
  double[] rgb() {
    return new double[] {red, green, blue};
  }
}
