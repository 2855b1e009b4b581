package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceSourceTest {
  @TempDir private Path home;

  private Path locate(String model) {
    return new ModelLocator()
        .locate(
            model,
            new ModelRequest(
                Map.of("WINNOW_CACHE", home.resolve("cache").toString()),
                home,
                Optional.empty(),
                false,
                ProgressListener.silent()));
  }

  @Test
  void a_reference_model_is_unpacked_into_winnows_cache() {
    Path folder = locate("reference:recall");

    assertThat(folder).startsWith(home.resolve("cache").resolve("reference"));
    assertThat(folder.resolve("README.md")).content().contains("license: apache-2.0");
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.config().get("model_type").asText()).isEqualTo("llama");
      assertThat(checkpoint.tensors()).hasSize(29).containsKey("model.embed_tokens.weight");
      assertThat(checkpoint.tokenizerJson()).isPresent();
    }
  }

  @Test
  void it_is_unpacked_once_and_damaged_or_lost_files_are_written_again() throws IOException {
    Path folder = locate("reference:recall");
    Path weights = folder.resolve("model.safetensors");
    Path config = folder.resolve("config.json");
    Path tokenizer = folder.resolve("tokenizer.json");
    byte[] whole = Files.readAllBytes(weights);
    Files.writeString(weights, "damaged");
    Files.delete(config);
    Object untouched = Files.getLastModifiedTime(tokenizer);

    assertThat(locate("reference:recall")).isEqualTo(folder);
    assertThat(weights).hasBinaryContent(whole);
    assertThat(config).exists();
    assertThat(Files.getLastModifiedTime(tokenizer)).isEqualTo(untouched);
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void an_unknown_name_lists_the_known() {
    assertThatThrownBy(() -> locate("reference:recal"))
        .isInstanceOf(HubException.class)
        .hasMessage("there is no reference model 'recal'; there is: diffuse, glimpse, recall");
  }

  @Test
  void a_folder_that_cannot_be_written_says_what_to_set() throws IOException {
    Files.writeString(home.resolve("cache"), "a file where the folder should be");

    assertThatThrownBy(() -> locate("reference:recall"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("WINNOW_CACHE");
  }
}
