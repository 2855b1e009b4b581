package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunLinesTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("runs.jsonl");
  }

  private List<RunRecord> read(String... notes) throws IOException {
    List<String> told = new ArrayList<>();
    List<RunRecord> runs = RunLines.read(file(), told::add);
    assertThat(told).containsExactly(notes);
    return runs;
  }

  private void append(RunRecord... runs) throws IOException {
    try (RunLines lines = RunLines.append(file())) {
      for (RunRecord run : runs) {
        lines.write(run);
      }
    }
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    RunRecord one = Runs.finished("a");
    RunRecord two = Runs.failed("b", "out of memory");

    append(one);
    append(two);

    assertThat(read()).containsExactly(one, two);
    assertThat(Files.readString(file())).hasLineCount(2).endsWith("}\n");
  }

  @Test
  void aLineIsInSnakeCaseWithLowerCaseEnumsIsoTimesAndNullForNan() {
    assertThat(RunLines.line(Runs.finished("a")))
        .startsWith("{\"id\":\"a\",\"ablation\":\"tiny\",\"model\":\"reference:recall\",")
        .contains(
            "\"better\":\"lower\"",
            "{\"key\":\"q2\",\"at\":{},\"score\":null}",
            "\"dense_kv_bytes\":6.0,\"peak_kv_bytes\":1048576.0,\"ttft_ms\":[12.5]",
            "\"layers\":[{\"layer\":3,\"heads\":[0.5,null]}],\"error\":null",
            "\"started\":\"2026-01-02T03:04:05.678Z\",\"wall_ms\":1234.5}");
    assertThat(RunLines.line(Runs.failed("b", "x"))).contains("\"cost\":null", "\"error\":\"x\"");
  }

  @Test
  void noFileHoldsNoRuns() throws IOException {
    assertThat(read()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40, 300, -2})
  void aHalfWrittenLastLineIsDroppedSaidAndOverwritten(int bytes) throws IOException {
    append(Runs.finished("a"));
    long whole = Files.size(file());
    String line = RunLines.line(Runs.finished("b"));
    Files.writeString(
        file(),
        line.substring(0, bytes < 0 ? line.length() + bytes : bytes),
        StandardOpenOption.APPEND);

    assertThat(
            read(
                file()
                    + ", line 2: the last line is half-written and left out; its run is done again"))
        .hasSize(1);
    append();
    assertThat(Files.size(file())).isEqualTo(whole);
    append(Runs.finished("c"));

    assertThat(read()).extracting(RunRecord::id).containsExactly("a", "c");
  }

  @Test
  void aLastLineThatLacksItsLineFeedAloneIsKept() throws IOException {
    Files.writeString(file(), RunLines.line(Runs.finished("a")));
    assertThat(read()).hasSize(1);

    append(Runs.finished("b"));

    assertThat(read()).extracting(RunRecord::id).containsExactly("a", "b");
  }

  @Test
  void aLastLineCutInsideACharacterIsHalfWrittenToo() throws IOException {
    byte[] line = RunLines.line(Runs.finished("a")).getBytes(StandardCharsets.UTF_8);
    int cut = 0;
    while (line[cut] != (byte) 0xc3) {
      cut++;
    }
    Files.write(file(), Arrays.copyOf(line, cut + 1));

    assertThat(RunLines.read(file(), note -> {})).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"seed\":-7            | \"seed\":\"x\"        | line 2: seed must be a whole number, got \"x\"",
        "\"seed\":-7            | \"sead\":-7           | line 2: seed is missing",
        "\"seed\":-7            | \"seed\":-7,\"x\":1   | line 2: unknown key 'x', allowed are",
        "\"seed\":-7            | \"seed\":1,\"seed\":1 | line 2 is not one JSON object",
        "\"lower\"              | \"best\"              | line 2: better: must be higher or lower, got 'best'",
        "2026-01-02T            | 2026-13-02T           | line 2: started: Text '2026-13-02T03",
        "\"masked\":true        | \"masked\":1          | line 2: cost: masked must be true or false, got 1",
        "\"score\":1.0          | \"score\":\"1\"       | line 2: items[0]: score must be a number",
        "\"axes\":{             | \"axes\":{\"a\":{},   | line 2: axes.a must be a number, text, true",
        "}                      | },                    | line 2 is not one JSON object (column",
      })
  void aWrongLineIsRefusedByFileLineAndKey(String right, String wrong, String message)
      throws IOException {
    String line = RunLines.line(Runs.finished("a"));
    Files.writeString(file(), line + "\n" + line.replace(right, wrong) + "\n" + line + "\n");

    assertThatThrownBy(() -> RunLines.read(file(), note -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file() + ", ")
        .hasMessageContaining(message);
    assertThatThrownBy(() -> RunLines.append(file())).hasMessageContaining(message);
  }
}
