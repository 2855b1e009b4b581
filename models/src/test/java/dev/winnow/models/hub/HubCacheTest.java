package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  private static final ModelId ID = ModelId.parse("org/name");
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path root;
  private HubCache cache;
  private Path snapshot;

  @BeforeEach
  void aCacheAsPythonLeavesIt() throws IOException {
    cache = new HubCache(root);
    Path folder = Files.createDirectories(root.resolve("models--org--name"));
    snapshot = Files.createDirectories(folder.resolve("snapshots").resolve(COMMIT));
    Files.createDirectory(folder.resolve("refs"));
    Files.writeString(folder.resolve("refs/main"), COMMIT);
    Files.createDirectory(folder.resolve("blobs"));
  }

  @Test
  void aSnapshotWithConfigAndWeightsIsFoundByBranchAndByCommit() throws IOException {
    put("config.json");
    put("model.safetensors");

    assertThat(cache.find(ID)).contains(snapshot);
    assertThat(cache.find(ModelId.parse("org/name@" + COMMIT))).contains(snapshot);
    assertThat(cache.find(ModelId.parse("org/name@v2"))).isEmpty();
    assertThat(cache.find(ModelId.parse("org/other"))).isEmpty();
  }

  @Test
  void aSnapshotWithoutConfigOrWeightsIsNotComplete() throws IOException {
    assertThat(cache.find(ID)).isEmpty();
    put("config.json");
    assertThat(cache.find(ID)).isEmpty();
  }

  @Test
  void aSnapshotThatLacksAShardOfItsIndexIsNotComplete() throws IOException {
    put("config.json");
    put("model-1-of-2.safetensors");
    Files.writeString(
        snapshot.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"a\":\"model-1-of-2.safetensors\",\"b\":\"model-2-of-2.safetensors\"}}");
    assertThat(cache.find(ID)).isEmpty();

    put("model-2-of-2.safetensors");
    assertThat(cache.find(ID)).contains(snapshot);
  }

  @Test
  void aLinkWhoseBlobWasDeletedDoesNotCount() throws IOException {
    put("config.json");
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/gone"));

    assertThat(cache.find(ID)).isEmpty();
  }

  @Test
  void theOnlyGgufFileStandsForItsRepository() throws IOException {
    Path file = put("m.Q4_0.gguf");
    assertThat(cache.find(ID)).contains(file);
    assertThat(cache.findFile(ID, "m.Q4_0.gguf")).contains(file);

    put("m.Q8_0.gguf");
    assertThat(cache.find(ID)).isEmpty();
    assertThat(cache.findFile(ID, "../" + COMMIT + "/m.Q8_0.gguf")).isEmpty();
  }

  @Test
  void aReferenceThatIsNotACommitIsIgnored() throws IOException {
    put("config.json");
    put("model.safetensors");
    Files.writeString(root.resolve("models--org--name/refs/main"), "../../../etc");

    assertThat(cache.find(ID)).isEmpty();
  }

  @Test
  void withoutSymbolicLinksAFileStillAppears() throws IOException {
    HubCache plain =
        new HubCache(
            root,
            (link, target) -> {
              throw new UnsupportedOperationException("no symbolic links here");
            });
    Files.writeString(root.resolve("models--org--name/blobs/abc"), "content");

    plain.publish(ID, COMMIT, "config.json", "abc");

    assertThat(snapshot.resolve("config.json")).isRegularFile().hasContent("content");
    assertThat(Files.isSymbolicLink(snapshot.resolve("config.json"))).isFalse();
  }

  private Path put(String name) throws IOException {
    return Files.writeString(snapshot.resolve(name), "x");
  }
}
