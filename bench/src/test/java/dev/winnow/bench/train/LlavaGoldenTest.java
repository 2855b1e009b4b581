package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.glimpse.GlimpseVocabulary;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.checkpoint.TensorInfo;
import dev.winnow.models.testing.NeedsShared;
import dev.winnow.models.testing.SharedFolder;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The program's vision transformer against Hugging Face's, on a tiny LLaVA of theirs. */
@NeedsShared("golden/llava-tiny/model.safetensors")
class LlavaGoldenTest {
  private static final int HIDDEN = 64;
  private static final int GRID = 8;
  private static final int PATCH = 14;

  private static final GlimpseReference TASK =
      new GlimpseReference(
          new VisionShape(HIDDEN, 8, 4, 256),
          new LlamaShape(GlimpseVocabulary.words().size(), 64, 2, 4, 4, 16, 128, 1e4, 1e-5, 4096));

  private static float[] read(Checkpoint checkpoint, String name) {
    TensorInfo info = checkpoint.tensors().get(name);
    float[] values = new float[(int) info.elements()];
    checkpoint.read(name, 0, info.rows(), MemorySegment.ofArray(values));
    return values;
  }

  private static TorchTensor pixels(TorchScript script, float[] picture) {
    int side = GRID * PATCH;
    float[] values = new float[picture.length];
    int at = 0;
    for (int patch = 0; patch < GRID * GRID; patch++) {
      for (int channel = 0; channel < 3; channel++) {
        for (int i = 0; i < PATCH * PATCH; i++) {
          int y = patch / GRID * PATCH + i / PATCH;
          int x = patch % GRID * PATCH + i % PATCH;
          values[at++] = picture[(channel * side + y) * side + x];
        }
      }
    }
    return script.floats(values, 1, GRID * GRID, 3 * PATCH * PATCH);
  }

  @Test
  void features_are_hugging_faces() {
    Path folder = SharedFolder.find().orElseThrow().resolve("golden").resolve("llava-tiny");
    try (TorchScript script = TorchScript.load(TASK.program(), 1);
        Checkpoint model = Checkpoints.open(folder.resolve("model.safetensors"));
        Checkpoint expected = Checkpoints.open(folder.resolve("expected.safetensors"))) {
      List<TorchTensor> weights = new ArrayList<>();
      for (Parameter parameter : TASK.parameters()) {
        boolean stored = parameter.kept();
        TensorInfo info = model.tensors().get(parameter.name());
        assertThat(info != null).as(parameter.name()).isEqualTo(stored);
        weights.add(
            stored
                ? script.floats(
                    read(model, parameter.name()),
                    info.shape().stream().mapToLong(Long::longValue).toArray())
                : script.floats(new float[parameter.size()], parameter.dimensions()));
      }
      List<TorchTensor> inputs =
          List.of(
              pixels(script, read(expected, "pad.pixel_values")),
              script.longs(LongStream.range(0, GRID * GRID).toArray(), 1, GRID * GRID));
      List<TorchTensor> seen = script.call("look", inputs, weights);

      float[] states = read(expected, "pad.hidden_minus_2");
      assertThat(seen.getFirst().toFloats())
          .containsExactly(Arrays.copyOfRange(states, HIDDEN, states.length), within(1e-4f));
      // The class token gives the rest to itself.
      float[] given = seen.getLast().toFloats();
      double sum = 0;
      for (float value : given) {
        assertThat(value).isPositive();
        sum += value;
      }
      assertThat(given).hasSize(GRID * GRID);
      assertThat(sum).isBetween(0.5, 1.0);
    }
  }
}
