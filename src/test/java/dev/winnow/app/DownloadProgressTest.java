package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.models.hub.ProgressListener;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DownloadProgressTest {
  private static final long MIB = 1 << 20;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void without_a_terminal_each_file_is_a_line() {
    ProgressListener listener = listener(false);

    listener.fileStarted("config.json", 1000, 0);
    listener.advanced(1000);
    listener.fileFinished("config.json");
    listener.fileStarted("model.safetensors", 3 * MIB, MIB);
    listener.advanced(2 * MIB);
    listener.fileFinished("model.safetensors");

    assertThat(text(err).lines())
        .containsExactly(
            "fetching config.json, 1000 B", "fetching model.safetensors, 3.0 MiB (resumed)");
  }

  @Test
  void on_a_terminal_a_bar_reaches_the_end() {
    ProgressListener listener = listener(true);

    listener.fileStarted("model.safetensors", 2 * MIB, 0);
    listener.advanced(MIB);
    listener.advanced(MIB);
    listener.fileFinished("model.safetensors");

    assertThat(text(err)).contains("model.safetensors", "100%", "2/2 MiB");
  }

  @Test
  void what_is_already_there_is_not_mentioned() {
    ProgressListener listener = listener(false);

    listener.fileStarted("config.json", 1000, 1000);
    listener.fileFinished("config.json");

    assertThat(text(err)).isEmpty();
  }

  @Test
  void a_status_may_hold_any_character() {
    listener(false).status("pip: 100% done, %s left");

    assertThat(text(err).strip()).isEqualTo("pip: 100% done, %s left");
  }

  private ProgressListener listener(boolean bars) {
    return DownloadProgress.on(
        new Terminal(
            InputStream.nullInputStream(),
            print(out),
            print(err),
            Map.of(),
            Path.of("."),
            false,
            bars));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String text(ByteArrayOutputStream bytes) {
    assertThat(out.size()).as("bytes on standard output").isZero();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
