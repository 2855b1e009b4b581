package dev.winnow.bench.train;

import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.glimpse.SceneObject;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.List;

/** Patches of scenes, and what is on them, as the program {@code glimpse} takes them. */
final class GlimpsePatches {
  private GlimpsePatches() {}

  /** Pixels and numbers of {@code chosen} patches of each scene. */
  static List<TorchTensor> pixels(TorchScript script, List<Scene> scenes, List<int[]> chosen) {
    int rows = scenes.size();
    int patches = chosen.getFirst().length;
    float[] pixels = new float[rows * patches * Scene.PATCH_VALUES];
    long[] numbers = new long[rows * patches];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < patches; i++) {
        int at = row * patches + i;
        numbers[at] = chosen.get(row)[i];
        scenes.get(row).patch(chosen.get(row)[i], pixels, at * Scene.PATCH_VALUES);
      }
    }
    return List.of(
        script.floats(pixels, rows, patches, Scene.PATCH_VALUES),
        script.longs(numbers, rows, patches));
  }

  /** Pairs of form and colour on each scene, {@code [scenes, pairs]}. */
  static float[] kinds(List<Scene> scenes) {
    float[] kinds = new float[scenes.size() * SceneObject.KINDS];
    for (int row = 0; row < scenes.size(); row++) {
      for (SceneObject object : scenes.get(row).objects()) {
        kinds[row * SceneObject.KINDS + object.kind()] = 1;
      }
    }
    return kinds;
  }

  /** Those pairs, then form, colour and centre of every chosen patch. */
  static List<TorchTensor> labels(TorchScript script, List<Scene> scenes, List<int[]> chosen) {
    int rows = scenes.size();
    int patches = chosen.getFirst().length;
    long[] forms = new long[rows * patches];
    long[] colours = new long[rows * patches];
    float[] centres = new float[rows * patches];
    for (int row = 0; row < rows; row++) {
      Scene scene = scenes.get(row);
      int[] owners = scene.owners();
      for (int i = 0; i < patches; i++) {
        int at = row * patches + i;
        int patch = chosen.get(row)[i];
        if (owners[patch] >= 0) {
          SceneObject owner = scene.objects().get(owners[patch]);
          forms[at] = 1 + owner.form().ordinal();
          colours[at] = 1 + owner.colour().ordinal();
        }
        if (scene.objects().stream().anyMatch(object -> Scene.centre(object) == patch)) {
          centres[at] = 1;
        }
      }
    }
    return List.of(
        script.floats(kinds(scenes), rows, SceneObject.KINDS),
        script.longs(forms, forms.length),
        script.longs(colours, colours.length),
        script.floats(centres, centres.length));
  }
}
