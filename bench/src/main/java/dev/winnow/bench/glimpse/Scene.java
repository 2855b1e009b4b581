package dev.winnow.bench.glimpse;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A picture of objects on a noisy background.
 *
 * @param rgb 8-bit values {@code [SIZE, SIZE, 3]}, row by row
 * @param objects what is on it, without overlaps
 */
public record Scene(byte[] rgb, List<SceneObject> objects) {
  /** Pixels of a side. */
  public static final int SIZE = 96;

  /** Pixels of a patch's side. */
  public static final int PATCH = 4;

  /** Patches of a row. */
  public static final int GRID = SIZE / PATCH;

  /** Patches of a picture, numbered row by row. */
  public static final int PATCHES = GRID * GRID;

  /** Numbers of a patch's pixels. */
  public static final int PATCH_VALUES = PATCH * PATCH * 3;

  /** Mean of the pixels, as models take it off. */
  public static final double MEAN = 0.5;

  /** Deviation of the pixels, as models divide by it. */
  public static final double DEVIATION = 0.3;

  /** A patch belongs to an object that covers at least so many of its pixels. */
  private static final int LEAST_PIXELS = 4;

  /** Copies the list. */
  public Scene {
    objects = List.copyOf(objects);
  }

  /** Copies normalised pixels of {@code patch} to {@code to}: channel by channel, row by row. */
  public void patch(int patch, float[] to, int offset) {
    int left = patch % GRID * PATCH;
    int top = patch / GRID * PATCH;
    int at = offset;
    for (int channel = 0; channel < 3; channel++) {
      for (int y = top; y < top + PATCH; y++) {
        for (int x = left; x < left + PATCH; x++) {
          double value = (rgb[(y * SIZE + x) * 3 + channel] & 0xFF) / 255.0;
          to[at++] = (float) ((value - MEAN) / DEVIATION);
        }
      }
    }
  }

  /** For every patch the object that it shows, as a number in {@link #objects}, or -1. */
  public int[] owners() {
    int[] owners = new int[PATCHES];
    for (int patch = 0; patch < PATCHES; patch++) {
      owners[patch] = -1;
      for (int i = 0; i < objects.size(); i++) {
        if (covered(objects.get(i), patch) >= LEAST_PIXELS) {
          owners[patch] = i;
        }
      }
    }
    return owners;
  }

  /** The patch that holds the centre of {@code object}. */
  public static int centre(SceneObject object) {
    return (int) (object.y() / PATCH) * GRID + (int) (object.x() / PATCH);
  }

  private static int covered(SceneObject object, int patch) {
    int left = patch % GRID * PATCH;
    int top = patch / GRID * PATCH;
    int pixels = 0;
    for (int i = 0; i < PATCH * PATCH; i++) {
      pixels += object.covers(left + i % PATCH, top + i / PATCH) ? 1 : 0;
    }
    return pixels;
  }

  /** The picture, for viewing or saving. */
  public BufferedImage image() {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIZE * SIZE; i++) {
      int red = rgb[3 * i] & 0xFF;
      int green = rgb[3 * i + 1] & 0xFF;
      int blue = rgb[3 * i + 2] & 0xFF;
      image.setRGB(i % SIZE, i / SIZE, red << 16 | green << 8 | blue);
    }
    return image;
  }
}
