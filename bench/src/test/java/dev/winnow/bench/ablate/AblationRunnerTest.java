package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.bench.ablate.PlannedRun.TaskSetting;
import dev.winnow.bench.ablate.PlannedRun.Variant;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an ablation keeps, whatever happens to it; nothing here is measured by a model. */
class AblationRunnerTest {
  private static final ModelSetting MODEL = new ModelSetting("m", WeightFormat.F32, DType.F16);

  @TempDir Path temp;

  private final List<String> notes = new ArrayList<>();
  private final Fake executor = new Fake();

  /** Measures nothing, but remembers what it was asked for. */
  private static final class Fake implements RunExecutor {
    private final List<String> asked = new ArrayList<>();
    private final Set<String> failing = new HashSet<>();
    private String fingerprint = "one";
    private int until = Integer.MAX_VALUE;

    @Override
    public List<RunRecord> execute(List<PlannedRun> batch) {
      if (asked.size() >= until) {
        throw new CancellationException("stop");
      }
      List<RunRecord> records = new ArrayList<>();
      for (PlannedRun run : batch) {
        String label = run.variant().label();
        asked.add(label);
        boolean fails = failing.contains(label);
        records.add(
            new RunRecord(
                run.id(),
                run.ablation(),
                run.model().name(),
                run.model().precision(),
                label,
                run.variant().technique(),
                run.variant().axes(),
                run.task().label(),
                run.seed(),
                "exact",
                Better.HIGHER,
                fails ? List.of() : List.of(new Item("1", Map.of(), 1)),
                fails
                    ? Optional.empty()
                    : Optional.of(new Cost(1, 1, 1, 1, 1, List.of(), List.of(), false)),
                List.of(),
                fails ? Optional.of("no memory") : Optional.empty(),
                Map.of("fingerprint", fingerprint),
                Instant.EPOCH,
                1));
      }
      return records;
    }

    @Override
    public void close() {}
  }

  private static PlannedRun run(String label) {
    return PlannedRun.of(
        "tiny",
        MODEL,
        new Variant(label, Map.of("of", label), List.of(), Optional.empty()),
        new TaskSetting("t", "t", 0, JsonNodeFactory.instance.objectNode()),
        label.hashCode(),
        Map.of());
  }

  private static AblationPlan plan(String... labels) {
    List<List<PlannedRun>> batches = new ArrayList<>();
    for (String label : labels) {
      batches.add(List.of(run(label)));
    }
    return new AblationPlan("tiny", "", batches);
  }

  private AblationRunner runner(AblationPlan plan, boolean keepGoing) {
    return new AblationRunner(
        plan,
        temp.resolve("out"),
        keepGoing,
        new AblationRunner.Listener() {
          @Override
          public void note(String line) {
            notes.add(line);
          }
        });
  }

  private AblationRunner.Outcome go(String... labels) {
    return runner(plan(labels), false).run(executor, model -> executor.fingerprint);
  }

  private static List<String> labels(AblationRunner.Outcome outcome) {
    return outcome.runs().stream().map(RunRecord::variant).toList();
  }

  private Path runs() {
    return temp.resolve("out/runs.jsonl");
  }

  @Test
  void allRunsAreDoneInOrderAndNoneTwice() {
    AblationRunner.Outcome first = go("a", "b", "c");
    AblationRunner.Outcome second = go("a", "b", "c");

    assertThat(executor.asked).containsExactly("a", "b", "c");
    assertThat(first.done()).isEqualTo(3);
    assertThat(second.done()).isZero();
    assertThat(second.runs()).isEqualTo(first.runs()).hasSize(3);
    assertThat(second.missing()).isZero();
    assertThat(notes).isEmpty();
  }

  @Test
  void whatWasStoppedGoesOnAfterTheLastFinishedRun() {
    executor.until = 2;
    AblationRunner.Outcome stopped = go("a", "b", "c", "d");
    executor.until = Integer.MAX_VALUE;

    AblationRunner.Outcome finished = go("a", "b", "c", "d");

    assertThat(stopped.stopped()).isTrue();
    assertThat(labels(stopped)).containsExactly("a", "b");
    assertThat(stopped.missing()).isEqualTo(2);
    assertThat(finished.stopped()).isFalse();
    assertThat(executor.asked).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aHalfWrittenLastLineIsSaidAndItsRunDoneAgain() throws IOException {
    go("a", "b");
    String lines = Files.readString(runs());
    Files.writeString(runs(), lines.substring(0, lines.length() - 20));

    AblationRunner.Outcome outcome = go("a", "b", "c");

    assertThat(executor.asked).containsExactly("a", "b", "b", "c");
    assertThat(notes).singleElement().asString().contains("line 2", "half-written");
    assertThat(labels(outcome)).containsExactly("a", "b", "c");
    assertThat(Files.readAllLines(runs())).hasSize(3);
  }

  @Test
  void aDamagedLineInTheMiddleEndsEverythingBeforeAnythingIsDone() throws IOException {
    go("a", "b");
    Files.writeString(runs(), "garbage\n" + Files.readString(runs()));

    assertThatThrownBy(() -> go("a", "b", "c"))
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("runs.jsonl, line 1 is not one JSON object")
        .hasMessageEndingWith("repair or remove the line, or name another folder");
    assertThat(executor.asked).hasSize(2);
  }

  @Test
  void theFirstFailureEndsItUnlessToldToGoOnAndIsTriedAgain() {
    executor.failing.add("b");
    AblationRunner.Outcome first = go("a", "b", "c");
    assertThat(labels(first)).containsExactly("a", "b");
    assertThat(first.failed())
        .extracting(run -> run.error().orElseThrow())
        .containsExactly("no memory");
    assertThat(first.missing()).isEqualTo(1);

    AblationRunner.Outcome second = runner(plan("a", "b", "c"), true).run(executor, model -> "one");
    assertThat(labels(second)).containsExactly("a", "b", "c");
    assertThat(second.failed()).hasSize(1);
    executor.failing.clear();

    AblationRunner.Outcome third = go("a", "b", "c");

    assertThat(executor.asked).containsExactly("a", "b", "b", "c", "b");
    assertThat(third.failed()).isEmpty();
    assertThat(third.runs()).hasSize(3);
  }

  @Test
  void aChangedPlanKeepsWhatItSharesAndSaysWhatItDropped() throws IOException {
    go("a", "b");

    AblationRunner.Outcome outcome = go("b", "c");

    assertThat(executor.asked).containsExactly("a", "b", "c");
    assertThat(labels(outcome)).containsExactly("b", "c");
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("1 runs in", "not in this ablation any more", "a on t");
    assertThat(Files.readAllLines(runs())).hasSize(3);
  }

  @Test
  void aRunDoneUnderAnotherNameHasThatOfThePlan() {
    go("a");
    PlannedRun old = run("a");
    PlannedRun renamed =
        new PlannedRun(
            old.id(),
            "newer",
            MODEL,
            new Variant("b", Map.of("x", 1), List.of(), Optional.empty()),
            old.task(),
            old.seed(),
            Map.of());

    AblationRunner.Outcome outcome =
        runner(new AblationPlan("newer", "", List.of(List.of(renamed))), false)
            .run(executor, model -> "one");

    assertThat(executor.asked).containsExactly("a");
    assertThat(outcome.runs().getFirst().variant()).isEqualTo("b");
    assertThat(outcome.runs().getFirst().axes()).containsEntry("x", 1);
    assertThat(outcome.runs().getFirst().ablation()).isEqualTo("newer");
  }

  @Test
  void anotherModelOfTheSameNameIsRefusedNamingBoth() {
    go("a");
    executor.fingerprint = "two";

    assertThatThrownBy(() -> go("a", "b"))
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("holds runs of another m: its fingerprint was one and is two");
    assertThat(executor.asked).containsExactly("a");
    // With nothing left to do there is nothing to mix.
    assertThat(go("a").runs()).hasSize(1);
  }

  @Test
  void twoProcessesDoNotWriteOneFolder() throws IOException {
    Files.createDirectories(temp.resolve("out"));
    OutputFolder held = OutputFolder.open(temp.resolve("out"));
    assertThatThrownBy(() -> go("a"))
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("is being written by another ablation");
    held.close();

    assertThat(go("a").runs()).hasSize(1);
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaidBeforeAnythingIsDone() throws IOException {
    Files.writeString(temp.resolve("out"), "a file");

    assertThatThrownBy(() -> go("a"))
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("is a file, not a folder");
    assertThat(executor.asked).isEmpty();
  }

  @Test
  void aDiskThatIsFullFromTheStartIsSaidBeforeAnythingIsDone() {
    // The kernel's own full disk stands for one of the user's.
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "needs /dev/full");

    assertThatThrownBy(
            () -> {
              Files.createDirectories(temp.resolve("out"));
              Files.createSymbolicLink(temp.resolve("out/.probe"), full);
              go("a");
            })
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("cannot be written to", "No space left");
    assertThat(executor.asked).isEmpty();
  }

  @Test
  void aLineThatCannotBeWrittenLosesNoneBeforeIt() throws IOException {
    go("a");
    byte[] before = Files.readAllBytes(runs());
    RunExecutor interrupting =
        new RunExecutor() {
          @Override
          public List<RunRecord> execute(List<PlannedRun> batch) {
            List<RunRecord> records = executor.execute(batch);
            Thread.currentThread().interrupt();
            return records;
          }

          @Override
          public void close() {}
        };

    // An interrupted thread cannot write: its channel closes first.
    assertThatThrownBy(() -> runner(plan("a", "b"), false).run(interrupting, model -> "one"))
        .isInstanceOf(AblationException.class)
        .hasMessageContaining("1 runs that ended before are kept");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Files.readAllBytes(runs())).isEqualTo(before);
    assertThat(go("a", "b").runs()).hasSize(2);
  }
}
