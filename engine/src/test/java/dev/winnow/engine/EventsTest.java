package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.testing.Models;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {

  @Test
  void chunksAndStepsAreRecorded(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("run.jfr");
    try (Recording recording = new Recording();
        LanguageModel model = Models.open(Models.options().withPrefillChunk(4))) {
      recording.enable("dev.winnow.Prefill");
      recording.enable("dev.winnow.DecodeStep");
      recording.start();
      GenerationConfig three = GenerationConfig.builder().maxNewTokens(3).build();
      model.generate(Prompt.of(Models.prompt(6, 0)), three);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().equals("dev.winnow.Prefill"))
        .extracting(event -> event.getInt("tokens"))
        .containsExactly(4, 2);
    assertThat(events)
        .filteredOn(event -> event.getEventType().getName().equals("dev.winnow.DecodeStep"))
        .extracting(event -> event.getInt("position"))
        .containsExactly(6, 7);
  }

  @Test
  void aLoadIsRecordedWithWhatItLoaded(@TempDir Path folder) throws IOException {
    Path checkpoint = TinyCheckpoint.builder().build().write(folder.resolve("tiny"));
    Path file = folder.resolve("load.jfr");
    long weightBytes;
    try (Recording recording = new Recording()) {
      recording.enable("dev.winnow.ModelLoad");
      recording.start();
      ModelOptions options = ModelOptions.builder().threads(1).build();
      try (LanguageModel model = LanguageModel.load(checkpoint, options)) {
        weightBytes = model.model().weightBytes();
      }
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(event -> event.getEventType().getName().equals("dev.winnow.ModelLoad"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getString("source")).isEqualTo(checkpoint.toString());
              assertThat(event.getLong("weightBytes")).isEqualTo(weightBytes).isPositive();
            });
  }
}
