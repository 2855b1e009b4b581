package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelFilesTest {
  private static final ModelId ID = ModelId.parse("org/name");

  @Test
  void sideFilesComeFirstAndWeightsLast() {
    assertThat(
            choose(
                ".gitattributes",
                "README.md",
                "model.safetensors",
                "config.json",
                "merges.txt",
                "vocab.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "tokenizer.model",
                "chat_template.jinja",
                "special_tokens_map.json",
                "generation_config.json",
                "pytorch_model.bin",
                "onnx/model.onnx",
                "onnx/config.json",
                "train.json",
                "model.gguf"))
        .containsExactly(
            "chat_template.jinja",
            "config.json",
            "generation_config.json",
            "merges.txt",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
            "model.safetensors");
  }

  @Test
  void shardsOfTheIndexWinOverAConsolidatedCopy() {
    assertThat(
            choose(
                "config.json",
                "consolidated.safetensors",
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json"))
        .containsExactly(
            "config.json",
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors");
  }

  @Test
  void severalGgufFilesNeedAChoice() {
    assertThatThrownBy(() -> choose("README.md", "m.Q4_0.gguf", "m.Q8_0.gguf"))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("org/name", "--file", "m.Q4_0.gguf, m.Q8_0.gguf");
    assertThat(ModelFiles.choose(ID, List.of("a.gguf", "b.gguf"), Optional.of("b.gguf")))
        .containsExactly("b.gguf");
  }

  @Test
  void aSingleGgufFileNeedsNone() {
    assertThat(choose("README.md", "m.gguf")).containsExactly("m.gguf");
  }

  @Test
  void aGgufFileThatDoesNotExistIsAnErrorNamingThoseThatDo() {
    assertThatThrownBy(() -> ModelFiles.choose(ID, List.of("a.gguf"), Optional.of("b.gguf")))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("'b.gguf'", "a.gguf");
  }

  @Test
  void picklesAreRefused() {
    assertThatThrownBy(() -> choose("config.json", "pytorch_model.bin"))
        .isInstanceOf(HubException.class)
        .hasMessageContainingAll("pytorch_model.bin", "safetensors", "GGUF");
  }

  @Test
  void weightsWithoutConfigAreNotAModel() {
    assertThatThrownBy(() -> choose("adapter_config.json", "adapter_model.safetensors"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("config.json");
  }

  @Test
  void noWeightsAtAllIsAnError() {
    assertThatThrownBy(() -> choose("README.md"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("no weights");
  }

  private static List<String> choose(String... files) {
    return ModelFiles.choose(ID, List.of(files), Optional.empty());
  }
}
