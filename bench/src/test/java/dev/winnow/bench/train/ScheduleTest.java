package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.train.Schedule.Phase;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final TrainingData DATA =
      new RecallBatches(MicroRecipe.SHAPE, RecallTask.needles(64, 2));
  private static final Schedule SCHEDULE =
      new Schedule(
          List.of(
              new Phase("a", 4, 2, DATA, 2, 0.1, 0.1), new Phase("b", 5, 2, DATA, 0, 0.1, 0.02)));

  @Test
  void phases_follow_each_other() {
    assertThat(SCHEDULE.steps()).isEqualTo(9);
    assertThat(SCHEDULE.at(3).phase().name()).isEqualTo("a");
    assertThat(SCHEDULE.at(4).phase().name()).isEqualTo("b");
    assertThatThrownBy(() -> SCHEDULE.at(9)).hasMessageContaining("step 9 of 9");
  }

  @Test
  void the_rate_rises_during_the_warm_up_and_then_falls_along_a_half_cosine() {
    assertThat(SCHEDULE.at(0).rate()).isCloseTo(0.05, within(1e-12));
    assertThat(SCHEDULE.at(1).rate()).isCloseTo(0.1, within(1e-12));
    assertThat(SCHEDULE.at(4).rate()).isCloseTo(0.1, within(1e-12));
    assertThat(SCHEDULE.at(6).rate()).isCloseTo(0.06, within(1e-12));
    assertThat(SCHEDULE.at(8).rate()).isCloseTo(0.02, within(1e-12));
  }

  @Test
  void scaling_keeps_every_phase() {
    assertThat(SCHEDULE.scaled(2).steps()).isEqualTo(18);
    assertThat(SCHEDULE.scaled(0.01).phases()).hasSize(2).allMatch(phase -> phase.steps() == 1);
  }
}
