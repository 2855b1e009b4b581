package dev.winnow.bench.glimpse;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws scenes: two to five objects on one dark to middling colour with noise and a few thin grey
 * lines.
 */
public final class SceneGenerator {
  private static final int MIN_OBJECTS = 2;
  private static final int MAX_OBJECTS = 5;
  private static final int MOST_TRIES = 200;
  private static final double MIN_RADIUS = 6;
  private static final double MAX_RADIUS = 9;

  private final SplittableRandom random;

  /** Scenes that {@code random} alone decides. */
  public SceneGenerator(SplittableRandom random) {
    this.random = random;
  }

  /** The next scene. */
  public Scene next() {
    double[] pixels = background();
    int lines = random.nextInt(3, 8);
    for (int i = 0; i < lines; i++) {
      drawLine(pixels);
    }
    List<SceneObject> objects = objects();
    objects.forEach(object -> draw(object, pixels));
    byte[] rgb = new byte[pixels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round(255 * Math.clamp(pixels[i], 0, 1));
    }
    return new Scene(rgb, objects);
  }

  private double[] background() {
    double[] base = {
      random.nextDouble(0.5), random.nextDouble(0.5), random.nextDouble(0.5),
    };
    double[] pixels = new double[Scene.SIZE * Scene.SIZE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = base[i % 3] + random.nextDouble(0.25);
    }
    return pixels;
  }

  private void drawLine(double[] pixels) {
    double x0 = random.nextDouble(Scene.SIZE);
    double y0 = random.nextDouble(Scene.SIZE);
    double x1 = random.nextDouble(Scene.SIZE);
    double y1 = random.nextDouble(Scene.SIZE);
    double grey = random.nextDouble();
    int steps = (int) Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) + 1;
    for (int i = 0; i <= steps; i++) {
      int x = (int) (x0 + (x1 - x0) * i / steps);
      int y = (int) (y0 + (y1 - y0) * i / steps);
      for (int channel = 0; channel < 3; channel++) {
        pixels[(y * Scene.SIZE + x) * 3 + channel] = grey;
      }
    }
  }

  private List<SceneObject> objects() {
    int wanted = random.nextInt(MIN_OBJECTS, MAX_OBJECTS + 1);
    List<SceneObject> objects = new ArrayList<>();
    for (int tries = 0; objects.size() < wanted && tries < MOST_TRIES; tries++) {
      double radius = random.nextDouble(MIN_RADIUS, MAX_RADIUS);
      SceneObject object =
          new SceneObject(
              Form.values()[random.nextInt(Form.values().length)],
              Colour.values()[random.nextInt(Colour.values().length)],
              random.nextDouble(radius + 1, Scene.SIZE - radius - 1),
              random.nextDouble(radius + 1, Scene.SIZE - radius - 1),
              radius);
      if (objects.stream().noneMatch(object::touches)) {
        objects.add(object);
      }
    }
    return objects;
  }

  private void draw(SceneObject object, double[] pixels) {
    double[] colour = object.colour().rgb();
    for (int channel = 0; channel < 3; channel++) {
      colour[channel] = Math.clamp(colour[channel] + random.nextDouble(-0.08, 0.08), 0, 1);
    }
    for (int y = 0; y < Scene.SIZE; y++) {
      for (int x = 0; x < Scene.SIZE; x++) {
        if (object.covers(x, y)) {
          for (int channel = 0; channel < 3; channel++) {
            pixels[(y * Scene.SIZE + x) * 3 + channel] =
                colour[channel] + random.nextDouble(-0.05, 0.05);
          }
        }
      }
    }
  }
}
