package dev.winnow.bench.glimpse;

/**
 * A coloured shape on a picture.
 *
 * @param form its outline
 * @param colour its colour
 * @param x its centre, in pixels from the left
 * @param y its centre, in pixels from the top
 * @param radius its size in pixels
 */
public record SceneObject(Form form, Colour colour, double x, double y, double radius) {

  /** One number for form and colour together, in [0, {@link #KINDS}). */
  public int kind() {
    return form.ordinal() * Colour.values().length + colour.ordinal();
  }

  /** How many pairs of form and colour there are. */
  public static final int KINDS = Form.values().length * Colour.values().length;

  boolean covers(double px, double py) {
    return form.covers(px - x, py - y, radius);
  }

  /** Whether the two are closer than two pixels. */
  boolean touches(SceneObject other) {
    return Math.hypot(x - other.x, y - other.y) < radius + other.radius + 2;
  }
}
