package dev.winnow.bench.glimpse;

import java.util.Locale;

/** Outlines of objects. */
public enum Form {
  CIRCLE,
  SQUARE,
  TRIANGLE,
  STAR,
  CROSS,
  RING;

  /** Farthest point of any outline from its centre, in radii: the star's points. */
  private static final double REACH = 1.1;

  /** Its word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether the point is inside.
   *
   * @param dx pixels to the right of the centre
   * @param dy pixels below it
   * @param radius size of the object in pixels
   */
  boolean covers(double dx, double dy, double radius) {
    double ax = Math.abs(dx);
    double ay = Math.abs(dy);
    if (Math.max(ax, ay) > REACH * radius) {
      return false;
    }
    double distance = Math.sqrt(dx * dx + dy * dy);
    return switch (this) {
      case CIRCLE -> distance <= radius;
      case SQUARE -> Math.max(ax, ay) <= 0.85 * radius;
      case TRIANGLE -> {
        double fromTop = dy + 0.9 * radius;
        yield fromTop >= 0 && dy <= 0.8 * radius && ax <= 0.58 * fromTop;
      }
      case STAR -> {
        double point = (Math.cos(5 * Math.atan2(dx, -dy)) + 1) / 2;
        yield distance <= radius * (0.42 + 0.68 * point * point);
      }
      case CROSS -> Math.min(ax, ay) <= 0.3 * radius && Math.max(ax, ay) <= radius;
      case RING -> distance <= radius && distance >= 0.55 * radius;
    };
  }
}
