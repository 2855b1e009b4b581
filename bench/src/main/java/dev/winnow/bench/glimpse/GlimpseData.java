package dev.winnow.bench.glimpse;

import dev.winnow.bench.glimpse.GlimpseQuestion.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Scenes with questions, the same for the same seed. */
public final class GlimpseData {
  /** How often a count is asked of any colour, be it there or not. */
  private static final double ANY_COLOUR = 0.35;

  private static final int TRIES_PER_QUESTION = 50;

  private final SplittableRandom random;
  private final SceneGenerator scenes;

  /**
   * A scene and what is asked about it.
   *
   * @param scene the picture
   * @param questions all different
   */
  public record Example(Scene scene, List<GlimpseQuestion> questions) {
    /** Copies the list. */
    public Example {
      questions = List.copyOf(questions);
    }
  }

  /** Data that {@code seed} alone decides. */
  public GlimpseData(long seed) {
    random = new SplittableRandom(seed);
    scenes = new SceneGenerator(random);
  }

  /** The next scene, with {@code questions} questions or as many as there are about it. */
  public Example next(int questions) {
    Scene scene = scenes.next();
    Set<GlimpseQuestion> asked = new LinkedHashSet<>();
    for (int i = 0; i < TRIES_PER_QUESTION * questions && asked.size() < questions; i++) {
      question(scene, asked);
    }
    return new Example(scene, new ArrayList<>(asked));
  }

  private void question(Scene scene, Set<GlimpseQuestion> asked) {
    List<SceneObject> objects = scene.objects();
    SceneObject object = objects.get(random.nextInt(objects.size()));
    switch (Kind.values()[random.nextInt(Kind.values().length)]) {
      case COLOUR -> {
        if (only(objects, other -> other.form() == object.form())) {
          asked.add(GlimpseQuestion.colourOf(object));
        }
      }
      case SHAPE -> {
        if (only(objects, other -> other.colour() == object.colour())) {
          asked.add(GlimpseQuestion.shapeOf(object));
        }
      }
      case COUNT -> {
        Colour any = Colour.values()[random.nextInt(Colour.values().length)];
        boolean anyColour = random.nextDouble() < ANY_COLOUR;
        asked.add(GlimpseQuestion.count(scene, anyColour ? any : object.colour()));
      }
    }
  }

  private static boolean only(List<SceneObject> objects, Predicate<SceneObject> like) {
    return objects.stream().filter(like).count() == 1;
  }
}
