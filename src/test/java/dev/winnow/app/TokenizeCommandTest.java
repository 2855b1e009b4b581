package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeCommandTest {
  @TempDir Path temp;
  private String folder;

  @BeforeEach
  void writeModel() {
    folder = TestFolders.withTokenizer(temp.resolve("base")).toString();
  }

  @Test
  void json_holds_ids_and_their_count() {
    assertThat(run("--text", "ab", "--json").succeeds().out().strip())
        .isEqualTo("{\"ids\":[%d,%d],\"count\":2}".formatted(id('a'), id('b')));
  }

  @Test
  void plain_output_is_the_ids_on_a_line() {
    assertThat(run("--text", "ab").succeeds().out().strip()).isEqualTo(id('a') + " " + id('b'));
  }

  @Test
  void a_file_is_taken_whole() {
    Path file = TestFolders.file(temp.resolve("text.txt"), "a\n");

    assertThat(run("--file", file.toString()).succeeds().out().strip())
        .isEqualTo(id('a') + " " + id('\n'));
  }

  @Test
  void standard_input_is_read_when_nothing_else_is_given() {
    assertThat(Cli.in(temp).stdin("b").run("tokenize", "--model", folder).succeeds().out().strip())
        .isEqualTo("" + id('b'));
  }

  @Test
  void no_text_has_no_ids() {
    assertThat(run("--text", "", "--json").json().get("ids")).isEmpty();
  }

  @Test
  void ids_are_turned_back_into_text_with_or_without_special_tokens() {
    Path ids = TestFolders.ids(temp, 1, id('a'), 2);

    assertThat(run("--decode", "--file", ids.toString()).succeeds().out().strip())
        .isEqualTo("<|im_start|>a<|im_end|>");
    assertThat(run("--decode", "--no-special", "--file", ids.toString()).succeeds().out().strip())
        .isEqualTo("a");
  }

  @Test
  void inputs_that_exclude_each_other_are_refused() {
    run("--text", "a", "--file", "b").isWrongUsage("--text", "--file");
    run("--text", "1 2", "--decode").isWrongUsage("--decode");
  }

  private Cli.Outcome run(String... options) {
    String[] all = new String[options.length + 3];
    all[0] = "tokenize";
    all[1] = "--model";
    all[2] = folder;
    System.arraycopy(options, 0, all, 3, options.length);
    return Cli.in(temp).run(all);
  }

  private static int id(char letter) {
    return Tokenizers.id(letter);
  }
}
