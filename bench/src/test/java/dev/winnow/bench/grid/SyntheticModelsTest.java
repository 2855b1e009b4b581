package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticModelsTest {
  private static final int POSITIONS = 64;

  @TempDir private Path folder;

  static Stream<ModelShape> shapes() {
    return Stream.of(
        new ModelShape("tiny", "llama", 64, 96, 2, 4, 2, 101, true, 10_000),
        new ModelShape("tiny-untied", "llama", 64, 96, 2, 4, 1, 101, false, 10_000),
        new ModelShape("tiny-biased", "qwen2", 64, 96, 3, 2, 2, 101, true, 10_000));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void runEveryTestOfAGrid(ModelShape shape) {
    ModelOptions options = ModelOptions.defaults();
    LanguageModel model = SyntheticModels.load(shape, POSITIONS, options);
    List<GridTest> tests = GridTest.parse("pp17,pp1,pp1@d3,pp5@d9,tg1,tg7,tg6@d33");
    try (WinnowContender contender = new WinnowContender(model, options)) {
      List<GridRow> rows = new LatencyGrid(List.of(contender), 2, 1, line -> {}).run(tests);
      assertThat(rows).extracting(GridRow::test).containsExactlyElementsOf(tests);
      assertThat(rows).allSatisfy(row -> assertThat(row.flopsPerToken()).isPositive());
      // A step behind d tokens reads d + 1 keys and values of float16, then one more each.
      GridRow deep = rows.get(6);
      double keysRead = 33 + (1 + 6) / 2.0;
      int rowBytes = 2 * shape.kvHeads() * shape.headDim() * Short.BYTES;
      assertThat(deep.kvBytesPerToken()).isEqualTo(keysRead * rowBytes * shape.layers());
      assertThat(deep.weightBytesPerToken()).isEqualTo(model.model().weightBytes());
    }
  }

  @Test
  void runFasaWithACalibrationMadeUpForThem() throws Exception {
    ModelShape shape = shapes().findFirst().orElseThrow();
    Path file = folder.resolve("fasa.yaml");
    Files.writeString(
        file,
        """
        metadata: {version: 1, name: few}
        techniques:
          - {technique: fasa, token_budget: 4, chunks: 2, dense_layers: [], break_even: false}
        """);
    RunConfig config = RunConfig.load(file);
    ModelOptions options = ModelOptions.defaults();
    LanguageModel model = SyntheticModels.load(shape, POSITIONS, options);
    try (WinnowContender dense = new WinnowContender(model, options)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dense.with(config))
          .withMessageContaining("calibration is missing");
      try (WinnowContender few = dense.with(config, shape, POSITIONS)) {
        assertThat(few.settings().get("techniques")).endsWith(", calibration made up");
        GridRow row =
            new LatencyGrid(List.of(few), 1, 0, line -> {}).run(GridTest.parse("tg1@d32")).get(0);
        // 4 of 33 tokens, and 4 packed dimensions of each of the 33 for 16 of a key.
        int elements = 2 * 4 * 16 + 33 * 4;
        assertThat(row.kvBytesPerToken())
            .isEqualTo((double) elements * shape.kvHeads() * Short.BYTES * shape.layers());
      }
    }
  }

  @Test
  void refuseATestDeeperThanTheirContext() {
    ModelOptions options = ModelOptions.defaults();
    LanguageModel model =
        SyntheticModels.load(shapes().findFirst().orElseThrow(), POSITIONS, options);
    try (WinnowContender contender = new WinnowContender(model, options)) {
      contender.prepare(GridTest.parse("tg4@d60").get(0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> contender.prepare(GridTest.parse("tg5@d60").get(0)))
          .withMessageContaining("tg5@d60 needs a context of 65 tokens, this model's is 64");
    }
  }

  @Test
  void haveTheSameWeightsHoweverTheyAreRead() {
    try (SyntheticCheckpoint checkpoint =
        new SyntheticCheckpoint(shapes().findFirst().orElseThrow(), POSITIONS)) {
      String name = "model.layers.1.mlp.down_proj.weight";
      TensorInfo info = checkpoint.tensors().get(name);
      assertThat(info.shape()).containsExactly(64L, 96L);
      float[] all = new float[64 * 96];
      float[] row = new float[96];
      checkpoint.read(name, 0, 64, MemorySegment.ofArray(all));
      checkpoint.read(name, 63, 1, MemorySegment.ofArray(row));
      assertThat(row).containsExactly(Arrays.copyOfRange(all, 63 * 96, 64 * 96));
      double squares = 0;
      for (float weight : all) {
        squares += weight * weight;
      }
      // Uniform with variance 1 / columns; 6144 samples of it spread by 1.1 %.
      assertThat(squares / all.length * 96).isBetween(0.94, 1.06);
    }
  }

  @Test
  void areKnownByName() {
    // 135 million parameters, 134,515,008 by the released checkpoint's own count.
    long elements =
        new SyntheticCheckpoint(ModelShape.of("smollm2-135m"), 1)
            .tensors().values().stream().mapToLong(TensorInfo::elements).sum();
    assertThat(elements).isEqualTo(134_515_008L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelShape.of("gpt-5"))
        .withMessageContaining("shape must be one of smollm2-135m,")
        .withMessageContaining("got 'gpt-5'");
  }
}
