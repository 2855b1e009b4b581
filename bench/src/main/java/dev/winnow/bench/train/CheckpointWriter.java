package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.recall.RecallVocabulary;
import dev.winnow.models.torch.TorchTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a trained model as a folder in Hugging Face's layout. */
final class CheckpointWriter {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private CheckpointWriter() {}

  /** Writes config, tokenizer, generation config and weights into {@code folder}. */
  static void write(Path folder, LlamaShape shape, TrainingState state) throws IOException {
    Files.createDirectories(folder);
    write(folder.resolve("config.json"), config(shape));
    write(folder.resolve("generation_config.json"), generationConfig());
    write(folder.resolve("tokenizer.json"), tokenizer());
    write(folder.resolve("tokenizer_config.json"), tokenizerConfig());
    List<float[]> values = state.weights().stream().map(TorchTensor::toFloats).toList();
    SafetensorsWriter.write(folder.resolve("model.safetensors"), state.parameters(), values);
  }

  private static ObjectNode config(LlamaShape shape) {
    ObjectNode config = NODES.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config
        .put("model_type", "llama")
        .put("vocab_size", shape.vocabSize())
        .put("hidden_size", shape.hiddenSize())
        .put("intermediate_size", shape.intermediateSize())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_key_value_heads", shape.kvHeads())
        .put("head_dim", shape.headDim())
        .put("hidden_act", "silu")
        .put("max_position_embeddings", shape.positions())
        .put("rms_norm_eps", shape.normEpsilon())
        .put("rope_theta", shape.ropeTheta())
        .put("attention_bias", false)
        .put("mlp_bias", false)
        .put("tie_word_embeddings", true)
        .put("torch_dtype", "float16");
    return withSigns(config);
  }

  /** The full stop ends an answer, so it ends a generation too. */
  private static ObjectNode withSigns(ObjectNode config) {
    config.put("bos_token_id", RecallVocabulary.BOS).put("pad_token_id", RecallVocabulary.PAD);
    config.putArray("eos_token_id").add(RecallVocabulary.STOP).add(RecallVocabulary.EOS);
    return config;
  }

  private static ObjectNode generationConfig() {
    return withSigns(NODES.objectNode()).put("do_sample", false).put("max_new_tokens", 16);
  }

  private static ObjectNode tokenizerConfig() {
    List<String> words = RecallVocabulary.words();
    return NODES
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", words.get(RecallVocabulary.BOS))
        .put("eos_token", words.get(RecallVocabulary.EOS))
        .put("pad_token", words.get(RecallVocabulary.PAD))
        .put("unk_token", words.get(RecallVocabulary.UNKNOWN))
        .put("clean_up_tokenization_spaces", false);
  }

  /** Words between white space; BOS is added in front. */
  private static ObjectNode tokenizer() {
    List<String> words = RecallVocabulary.words();
    String bos = words.get(RecallVocabulary.BOS);
    ObjectNode tokenizer = NODES.objectNode().put("version", "1.0");
    tokenizer.putNull("truncation").putNull("padding");
    ArrayNode added = tokenizer.putArray("added_tokens");
    for (int id = 0; id <= RecallVocabulary.UNKNOWN; id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", words.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    tokenizer.putObject("normalizer").put("type", "Lowercase");
    tokenizer.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    ObjectNode template = tokenizer.putObject("post_processor").put("type", "TemplateProcessing");
    template.set("single", sequence(bos, "A"));
    template.set("pair", sequence(bos, "A", "B"));
    ObjectNode special = template.putObject("special_tokens").putObject(bos).put("id", bos);
    special.putArray("ids").add(RecallVocabulary.BOS);
    special.putArray("tokens").add(bos);
    tokenizer.putNull("decoder");
    ObjectNode model = tokenizer.putObject("model").put("type", "WordLevel");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < words.size(); id++) {
      vocabulary.put(words.get(id), id);
    }
    model.put("unk_token", words.get(RecallVocabulary.UNKNOWN));
    return tokenizer;
  }

  private static ArrayNode sequence(String bos, String... ids) {
    ArrayNode sequence = NODES.arrayNode();
    sequence.addObject().putObject("SpecialToken").put("id", bos).put("type_id", 0);
    for (String id : ids) {
      sequence.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
    }
    return sequence;
  }

  private static void write(Path file, ObjectNode content) throws IOException {
    Files.writeString(
        file,
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n",
        StandardCharsets.UTF_8);
  }
}
