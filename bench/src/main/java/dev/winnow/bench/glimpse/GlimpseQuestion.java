package dev.winnow.bench.glimpse;

/**
 * A question about a scene.
 *
 * @param kind what it asks for
 * @param text its words
 * @param answer one word
 */
public record GlimpseQuestion(Kind kind, String text, String answer) {
  /** What can be asked for. */
  public enum Kind {
    /** The colour of the only object of a shape. */
    COLOUR,
    /** The shape of the only object of a colour. */
    SHAPE,
    /** How many objects have a colour. */
    COUNT
  }

  static GlimpseQuestion colourOf(SceneObject object) {
    return new GlimpseQuestion(
        Kind.COLOUR, "what colour is the " + object.form().word() + " ?", object.colour().word());
  }

  static GlimpseQuestion shapeOf(SceneObject object) {
    return new GlimpseQuestion(
        Kind.SHAPE, "what shape is the " + object.colour().word() + " ?", object.form().word());
  }

  static GlimpseQuestion count(Scene scene, Colour colour) {
    long count = scene.objects().stream().filter(object -> object.colour() == colour).count();
    return new GlimpseQuestion(
        Kind.COUNT, "how many " + colour.word() + " ?", Long.toString(count));
  }
}
