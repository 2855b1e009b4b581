package dev.winnow.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YAML from strangers: whatever it is, it takes no more than its own size and runs nothing. */
class YamlReaderTest {
  private static JsonNode read(String text) {
    return YamlReader.read("a.yaml", text).root();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1              | 1",
        "-7             | -7",
        "12345678901    | 12345678901",
        "0.25           | 0.25",
        "1e-3           | 0.001",
        "2.5E+2         | 250.0",
        "\"1e-3\"       | \"1e-3\"",
        "true           | true",
        "no             | \"no\"",
        "off            | \"off\"",
        "y              | \"y\"",
        "~              | null",
        "2026-01-01     | \"2026-01-01\"",
        "a b            | \"a b\"",
        "'it''s'        | \"it's\"",
        "[1, x, [2]]    | [1,\"x\",[2]]",
        "{a: {b: 2.0}}  | {\"a\":{\"b\":2.0}}"
      })
  void scalarsListsAndMappingsAreReadAsTheyLook(String yaml, String json) {
    assertThat(read(yaml)).hasToString(json);
  }

  @Test
  void mappingsKnowTheirLine() {
    YamlReader.Document document = YamlReader.read("a.yaml", "a:\n  - b: 1\n\n  - c: 2\n");
    assertThat(document.lines().get(document.root().get("a").get(1))).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a: &x [1], b: *x}          | a.yaml:1: anchors (&x) and aliases (*x) are not supported",
        "&x {a: 1}                   | a.yaml:1: anchors",
        "[*x]                        | a.yaml:1:",
        "{&x a: 1}                   | a.yaml:1: anchors",
        "!!java.net.URL [x]          | a.yaml:1: tags (!x) are not supported",
        "{a: !!int 3}                | a.yaml:1: tags",
        "{a: 1, a: 2}                | a.yaml:1: key 'a' stands twice",
        "'{a: 1'                     | a.yaml:1: not YAML",
        "'a: b: c'                   | a.yaml:1: not YAML",
        "'@'                         | a.yaml:1: not YAML"
      })
  void whatCouldStandForMoreThanItShowsIsRefused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepNestingAndSecondDocumentsAreRefused() {
    assertThatThrownBy(() -> read("[".repeat(100_000)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nested deeper than 16 levels");
    assertThatThrownBy(() -> read("a: 1\n---\nb: 2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a.yaml:3: a second document begins");
  }

  @Test
  void aFileTooLargeOrNotTextIsRefused(@TempDir Path folder) throws IOException {
    Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 20) + 1]);
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0});

    assertThatThrownBy(() -> RunConfig.load(large)).hasMessageEndingWith("is larger than 1024 KiB");
    assertThatThrownBy(() -> RunConfig.load(binary)).hasMessageEndingWith("is not UTF-8 text");
    assertThatThrownBy(() -> RunConfig.load(folder)).hasMessageContaining("cannot be read");
  }
}
