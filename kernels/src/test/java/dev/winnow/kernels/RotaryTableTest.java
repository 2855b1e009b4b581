package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.kernels.RotaryConfig.Pairing;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Expected frequencies come from the formulas of transformers 4.53's {@code modeling_rope_utils.py}
 * evaluated in float64 with NumPy.
 */
class RotaryTableTest {

  @Test
  void defaultFrequenciesFallGeometrically() {
    assertFrequencies(10_000, 8, RotaryScaling.NONE, 1, 0.1, 0.01, 0.001);
  }

  @Test
  void linearScalingDividesEveryFrequency() {
    assertFrequencies(10_000, 8, new RotaryScaling.Linear(4), 0.25, 0.025, 0.0025, 0.00025);
  }

  @Test
  void llama3KeepsShortBlendsMediumAndDividesLongWavelengths() {
    assertFrequencies(
        500_000,
        16,
        new RotaryScaling.Llama3(8, 1, 4, 8192),
        1.0,
        0.19392274474868576,
        0.03760603093086393,
        0.0072926647372171085,
        0.0005248461609929547,
        3.428102195952591e-05,
        6.647869871181236e-06,
        1.2891731721515574e-06);
  }

  @Test
  void yarnRampsBetweenKeptAndDividedFrequencies() {
    assertFrequencies(
        10_000,
        16,
        new RotaryScaling.Yarn(4, 4096, 32, 1, 1, true),
        1.0,
        0.31622776601683794,
        0.1,
        0.02569350598886808,
        0.00625,
        0.0013834964763236662,
        0.00025,
        7.905694150420948e-05);
  }

  @Test
  void yarnWithoutTruncationRampsBetweenFractionalDimensions() {
    assertFrequencies(
        150_000,
        16,
        new RotaryScaling.Yarn(32, 4096, 32, 1, 1, false),
        1.0,
        0.2254180002028708,
        0.050813274815461475,
        0.006794959489732219,
        0.00045648391922324086,
        1.818833668168956e-05,
        4.0999784818029795e-06,
        9.242089502428301e-07);
  }

  @Test
  void partialRotaryTakesTheExponentFromTheTurningPart() {
    RotaryTable table =
        new RotaryTable(new RotaryConfig(10_000, 64, 8, Pairing.HALF_SPLIT, RotaryScaling.NONE));
    assertThat(table.frequencies()).hasSize(4);
    assertThat(table.frequencies()[1]).isCloseTo(0.1, within(1e-8));
  }

  @Test
  void positionsNearAndFarAreCosinesAndSinesOfPositionTimesFrequency() {
    RotaryTable table = table(10_000, 4, RotaryScaling.NONE); // frequencies 1 and 0.01
    for (int position : new int[] {0, 1, 255, 256, 100_000, 3}) {
      RotaryTable.Block block = table.block(position);
      int at = table.rowInBlock(position);
      assertThat(block.cos()[at]).isEqualTo((float) Math.cos(position));
      assertThat(block.sin()[at]).isEqualTo((float) Math.sin(position));
      assertThat(block.cos()[at + 1]).isEqualTo((float) Math.cos(position * 0.01f));
    }
  }

  /**
   * torch 2.7.1, as transformers computes it: {@code inv = 1 / 10000.0 ** (torch.arange(0, 16,
   * 2).float() / 16); (12345.0 * inv).cos()}. The exact cosine of pair 1 is 1.4e-5 off.
   */
  @Test
  void farPositionsHaveTheAnglesThatModelsAreTrainedWith() {
    RotaryTable table = table(10_000, 16, RotaryScaling.NONE);
    RotaryTable.Block block = table.block(12_345);
    float[] expected = {
      0.11143578588962555f,
      -0.39210161566734314f,
      -0.9893735647201538f,
      0.6780278086662292f,
      -0.5995293259620667f,
      0.2295249104499817f,
      0.9755975008010864f,
      -0.7232914566993713f
    };
    for (int i = 0; i < expected.length; i++) {
      assertThat(block.cos()[table.rowInBlock(12_345) + i])
          .as("pair %d", i)
          .isCloseTo(expected[i], within(1e-7f));
    }
  }

  @Test
  void yarnMultipliesCosinesAndSinesByTheAttentionFactor() {
    RotaryTable table = table(10_000, 4, new RotaryScaling.Yarn(4, 4096, 32, 1, 1.25, true));
    RotaryTable.Block block = table.block(0);
    assertThat(block.cos()[0]).isEqualTo(1.25f);
    int at = table.rowInBlock(2);
    assertThat(block.sin()[at]).isEqualTo((float) (Math.sin(2 * table.frequencies()[0]) * 1.25));
  }

  @Test
  void positionsOutsideTheTableAreRefused() {
    RotaryTable table = table(10_000, 4, RotaryScaling.NONE);
    assertThatIllegalArgumentException().isThrownBy(() -> table.block(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.block(RotaryTable.MAX_POSITIONS))
        .withMessageContaining(String.valueOf(RotaryTable.MAX_POSITIONS));
  }

  @Test
  void severalThreadsGrowOneTable() throws Exception {
    RotaryTable table = table(10_000, 4, RotaryScaling.NONE);
    Callable<Boolean> reader =
        () ->
            IntStream.range(0, 20_000)
                .allMatch(p -> table.block(p).sin()[table.rowInBlock(p)] == (float) Math.sin(p));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> future : threads.invokeAll(Collections.nCopies(4, reader))) {
        assertThat(future.get()).isTrue();
      }
    }
  }

  private static RotaryTable table(double theta, int dim, RotaryScaling scaling) {
    return new RotaryTable(new RotaryConfig(theta, dim, dim, Pairing.HALF_SPLIT, scaling));
  }

  private static void assertFrequencies(
      double theta, int dim, RotaryScaling scaling, double... expected) {
    double[] got = table(theta, dim, scaling).frequencies();
    assertThat(got).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(got[i]).as("pair %d", i).isCloseTo(expected[i], within(expected[i] * 5e-7));
    }
  }
}
