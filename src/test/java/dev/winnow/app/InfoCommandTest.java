package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.testing.TinyCheckpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InfoCommandTest {
  @TempDir Path temp;

  @Test
  void describes_the_machine_and_the_build() {
    JsonNode info =
        Cli.in(temp)
            .with("HF_HUB_CACHE", "/cache/hub")
            .with("WINNOW_CACHE", "/cache/winnow")
            .run("info", "--json")
            .json();

    assertThat(info.get("winnow").asText()).isEqualTo(Version.text());
    assertThat(info.get("cpu_cores").asInt()).isPositive();
    assertThat(info.get("kernels").asText()).endsWith("-bit vectors");
    assertThat(info.get("device").asText()).isEqualTo("cpu");
    assertThat(info.get("device_reason").asText()).isNotBlank();
    assertThat(info.get("djl").asText()).matches("\\d+\\.\\d+.*");
    assertThat(info.get("libtorch").asText()).matches("\\d+\\.\\d+.*");
    assertThat(info.get("hugging_face_cache").asText()).isEqualTo("/cache/hub");
    assertThat(info.get("winnow_cache").asText()).isEqualTo("/cache/winnow");
    assertThat(info.get("architectures").toString()).contains("llama", "qwen3", "gemma3_text");
    assertThat(info.get("formats").toString()).contains("gguf", "safetensors");
    assertThat(info.has("model")).isFalse();
  }

  @Test
  void describes_a_checkpoint() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    JsonNode model = describe(folder);

    assertThat(model.get("source").asText()).isEqualTo(folder.toString());
    assertThat(model.get("format").asText()).isEqualTo("safetensors");
    assertThat(model.get("architecture").asText()).isEqualTo("llama");
    assertThat(model.get("vocab_size").asInt()).isEqualTo(320);
    assertThat(model.get("context").asInt()).isEqualTo(512);
    assertThat(model.get("tokenizer").asBoolean()).isFalse();
    assertThat(model.get("chat_template").asBoolean()).isFalse();
    assertThat(model.get("generation_defaults").get("do_sample").asBoolean()).isFalse();
  }

  @Test
  void counts_parameters_and_memory() {
    // 2 layers, hidden 32, 4 query and 2 key-value heads of 8, MLP 64, 64 tokens, tied.
    Path folder = TinyCheckpoint.builder().dtype("BF16").write(temp.resolve("tiny"));

    JsonNode model = describe(folder);

    int layer = 32 * 32 * 2 + 16 * 32 * 2 + 3 * 64 * 32;
    int norms = 5 * 32;
    assertThat(model.get("parameters").asInt()).isEqualTo(2 * layer + 64 * 32 + norms);
    assertThat(model.get("stored_bytes").asInt()).isEqualTo(2 * (2 * layer + 64 * 32 + norms));
    assertThat(model.get("stored_types").toString()).isEqualTo("{\"BF16\":20}");
    // Keys and values of 2 layers with 2 heads of 8 elements.
    assertThat(model.get("kv_bytes_per_token").get("f16").asInt()).isEqualTo(2 * 2 * 2 * 8 * 2);
    assertThat(model.get("kv_bytes_full_context").get("f32").asInt())
        .isEqualTo(2 * 2 * 2 * 8 * 4 * 256);
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void the_memory_estimate_is_what_loading_takes(WeightFormat format) {
    Path tied = TinyCheckpoint.builder().write(temp.resolve("tied"));
    Path untied = TinyCheckpoint.builder().tied(false).write(temp.resolve("untied"));

    for (Path folder : new Path[] {tied, untied}) {
      long estimate = describe(folder).get("weight_bytes").get(format.label()).asLong();
      ModelOptions options = ModelOptions.builder().weights(format).build();
      try (LanguageModel model = LanguageModel.load(folder, options)) {
        assertThat(estimate).as(folder.toString()).isEqualTo(model.model().weightBytes());
      }
    }
  }

  @Test
  void describes_rope_scaling_and_windows() {
    assertThat(describe(TestFolders.golden("llama-yarn", temp)).get("rope").toString())
        .contains("yarn");
    assertThat(describe(TestFolders.golden("gemma3", temp)).get("attention_layers").toString())
        .contains("\"all\":1", "window 16");
  }

  @Test
  void is_readable_without_json() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    String out = Cli.in(temp).run("info", "--model", folder.toString()).succeeds().out();

    assertThat(out).contains("architectures", "model\n", "kv bytes per token", " B");
    assertThat(out).doesNotContain("{", "_bytes");
  }

  private JsonNode describe(Path folder) {
    return Cli.in(temp).run("info", "--model", folder.toString(), "--json").json().get("model");
  }
}
