package dev.winnow.bench.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SceneTest {
  private static List<Scene> scenes(long seed, int count) {
    SceneGenerator generator = new SceneGenerator(new SplittableRandom(seed));
    return IntStream.range(0, count).mapToObj(i -> generator.next()).toList();
  }

  // Areas in units of the squared radius: pi; 1.7^2; base 2 * 0.986, height 1.7; the star by
  // pi times the mean of (0.42 + 0.68 k^2)^2; two bars of 2 by 0.6 less the middle; pi (1 -
  // 0.55^2).
  @ParameterizedTest
  @CsvSource({
    "CIRCLE, 3.1416",
    "SQUARE, 2.89",
    "TRIANGLE, 1.6762",
    "STAR, 1.6243",
    "CROSS, 2.04",
    "RING, 2.1913"
  })
  void forms_have_their_areas(Form form, double area) {
    int inside = 0;
    int side = 601;
    for (int i = 0; i < side * side; i++) {
      double x = (i % side + 0.5) * 24 / side - 12;
      double y = (i / side + 0.5) * 24 / side - 12;
      inside += form.covers(x, y, 10) ? 1 : 0;
    }
    assertThat(inside * Math.pow(24.0 / side, 2) / 100).isCloseTo(area, within(0.02));
  }

  @Test
  void forms_point_upwards() {
    assertThat(Form.TRIANGLE.covers(0, -8.9, 10)).isTrue();
    assertThat(Form.TRIANGLE.covers(0, 8.9, 10)).isFalse();
    assertThat(Form.STAR.covers(0, -10.9, 10)).isTrue();
    assertThat(Form.STAR.covers(0, 10.9, 10)).isFalse();
  }

  @Test
  void two_to_five_objects_keep_apart_and_inside() {
    for (Scene scene : scenes(1, 200)) {
      assertThat(scene.objects()).hasSizeBetween(2, 5);
      for (SceneObject object : scene.objects()) {
        assertThat(object.radius()).isBetween(6.0, 9.0);
        assertThat(object.x()).isBetween(object.radius(), Scene.SIZE - object.radius());
        assertThat(object.y()).isBetween(object.radius(), Scene.SIZE - object.radius());
        for (SceneObject other : scene.objects()) {
          double distance = Math.hypot(object.x() - other.x(), object.y() - other.y());
          assertThat(object == other || distance > object.radius() + other.radius()).isTrue();
        }
      }
    }
  }

  @Test
  void an_object_has_its_colour_and_the_background_is_dark() {
    for (Scene scene : scenes(2, 50)) {
      for (SceneObject object : scene.objects()) {
        int y = (int) object.y();
        int x = (int) object.x();
        if (!object.covers(x, y)) {
          continue; // rings
        }
        for (int channel = 0; channel < 3; channel++) {
          double value = (scene.rgb()[(y * Scene.SIZE + x) * 3 + channel] & 0xFF) / 255.0;
          assertThat(value).isCloseTo(object.colour().rgb()[channel], within(0.135));
        }
      }
    }
  }

  @Test
  void a_patch_is_an_objects_that_covers_four_of_its_sixteen_pixels() {
    // A square of 13 pixels from 8 to 20 both ways, at radius 7.65 / 0.85 / ... = 6.5 / 0.85.
    SceneObject square = new SceneObject(Form.SQUARE, Colour.CYAN, 14, 14, 6.5 / 0.85);
    byte[] rgb = new byte[Scene.SIZE * Scene.SIZE * 3];
    int[] owners = new Scene(rgb, List.of(square)).owners();

    // Columns and rows 8 to 20: patches 2, 3, 4 are full; patch 5 has one column or row, a quarter.
    for (int patch = 0; patch < Scene.PATCHES; patch++) {
      int column = patch % 24;
      int row = patch / 24;
      boolean within = column >= 2 && column <= 5 && row >= 2 && row <= 5;
      boolean corner = column == 5 && row == 5;
      assertThat(owners[patch]).as("patch %d", patch).isEqualTo(within && !corner ? 0 : -1);
    }
    assertThat(Scene.centre(square)).isEqualTo(3 * 24 + 3);
    assertThat(square.kind()).isEqualTo(6 + 5);
  }

  @Test
  void a_patch_is_copied_channel_by_channel_and_normalised() {
    byte[] rgb = new byte[Scene.SIZE * Scene.SIZE * 3];
    // Patch 25 is the second of the second row; its pixel (row 2, column 1) is (6, 5) of the
    // picture.
    rgb[(6 * Scene.SIZE + 5) * 3 + 1] = (byte) 204;
    float[] values = new float[2 + Scene.PATCH_VALUES];
    new Scene(rgb, List.of()).patch(25, values, 2);

    float black = -0.5f / 0.3f;
    float[] expected = new float[Scene.PATCH_VALUES];
    Arrays.fill(expected, black);
    expected[16 + 2 * 4 + 1] = 1;
    assertThat(values).startsWith(0, 0);
    assertThat(Arrays.copyOfRange(values, 2, values.length))
        .containsExactly(expected, within(1e-6f));
  }

  @Test
  void the_image_shows_the_pixels() {
    Scene scene = scenes(3, 1).getFirst();
    int at = (5 * Scene.SIZE + 90) * 3;
    int expected =
        (scene.rgb()[at] & 0xFF) << 16
            | (scene.rgb()[at + 1] & 0xFF) << 8
            | scene.rgb()[at + 2] & 0xFF;
    assertThat(scene.image().getRGB(90, 5) & 0xFFFFFF).isEqualTo(expected);
  }

  @Test
  void the_same_seed_draws_the_same_scenes_and_another_seed_others() {
    assertThat(scenes(4, 3).getLast().rgb()).isEqualTo(scenes(4, 3).getLast().rgb());
    assertThat(scenes(4, 3).getLast().rgb()).isNotEqualTo(scenes(5, 3).getLast().rgb());
  }
}
