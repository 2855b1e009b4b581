package dev.winnow.app.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.app.TestFolders;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
  @TempDir Path temp;

  @Test
  void a_chat_model_is_loaded_and_asked() {
    String folder = TestFolders.forChat(temp.resolve("chat")).toString();

    String out = outputOf(() -> EmbedExample.main(new String[] {folder}));

    assertThat(out).contains("LENGTH, Usage[promptTokens=49, completionTokens=64]");
  }

  @Test
  void text_is_streamed() {
    String folder = TestFolders.withTokenizer(temp.resolve("base")).toString();

    String out = outputOf(() -> StreamExample.main(new String[] {folder, "Once"}));

    assertThat(out.strip()).isNotEmpty();
    assertThat(outputOf(() -> StreamExample.main(new String[] {folder, "Once"}))).isEqualTo(out);
  }

  @Test
  void a_session_is_asked_several_times() {
    String folder = TestFolders.withTokenizer(temp.resolve("base")).toString();

    String both = outputOf(() -> SessionExample.main(new String[] {folder, "A text.", "a", "b"}));
    String first = outputOf(() -> SessionExample.main(new String[] {folder, "A text.", "a"}));
    String second = outputOf(() -> SessionExample.main(new String[] {folder, "A text.", "b"}));

    assertThat(both).isEqualTo(first + second);
    assertThat(first).isNotEqualTo(second);
  }

  private static String outputOf(Runnable program) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
