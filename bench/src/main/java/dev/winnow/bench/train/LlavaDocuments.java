package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.glimpse.GlimpseVocabulary;
import dev.winnow.bench.glimpse.Scene;
import java.util.List;
import java.util.Map;

/** The JSON documents of a LLaVA checkpoint in Hugging Face's layout. */
final class LlavaDocuments {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Hugging Face's number for bicubic; scenes have the right size, so nothing is resized. */
  private static final int BICUBIC = 3;

  private LlavaDocuments() {}

  static Map<String, ObjectNode> of(VisionShape vision, LlamaShape text) {
    return Map.of(
        "config.json",
        config(vision, text),
        "generation_config.json",
        withSigns(NODES.objectNode())
            .put("do_sample", false)
            .put("max_new_tokens", GlimpseText.ANSWER_TOKENS),
        "preprocessor_config.json",
        preprocessor(),
        "processor_config.json",
        processor(),
        "tokenizer.json",
        new WordTokenizer(
                GlimpseVocabulary.words(),
                GlimpseVocabulary.UNKNOWN + 1,
                GlimpseVocabulary.BOS,
                GlimpseVocabulary.UNKNOWN)
            .document(),
        "tokenizer_config.json",
        tokenizer());
  }

  private static ObjectNode config(VisionShape vision, LlamaShape text) {
    ObjectNode config = NODES.objectNode();
    config.putArray("architectures").add("LlavaForConditionalGeneration");
    config
        .put("model_type", "llava")
        .put("image_seq_length", Scene.PATCHES)
        .put("image_token_index", GlimpseVocabulary.IMAGE)
        .put("multimodal_projector_bias", true)
        .put("projector_hidden_act", "gelu")
        .put("tie_word_embeddings", true)
        .put("torch_dtype", "float16")
        .put("vision_feature_layer", -2)
        .put("vision_feature_select_strategy", "default");
    withSigns(config);
    config.set("text_config", withSigns(text.config()));
    config.set("vision_config", visionConfig(vision));
    return config;
  }

  private static ObjectNode visionConfig(VisionShape shape) {
    return NODES
        .objectNode()
        .put("model_type", "clip_vision_model")
        .put("hidden_size", shape.hiddenSize())
        .put("intermediate_size", shape.intermediateSize())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_channels", 3)
        .put("image_size", Scene.SIZE)
        .put("patch_size", Scene.PATCH)
        .put("projection_dim", shape.hiddenSize())
        .put("hidden_act", "quick_gelu")
        .put("layer_norm_eps", GlimpseReference.EPSILON)
        .put("torch_dtype", "float16");
  }

  private static ObjectNode preprocessor() {
    ObjectNode document = NODES.objectNode();
    document
        .put("image_processor_type", "CLIPImageProcessor")
        .put("do_convert_rgb", true)
        .put("do_resize", true)
        .put("resample", BICUBIC)
        .put("do_center_crop", true)
        .put("do_rescale", true)
        .put("rescale_factor", 1 / 255.0)
        .put("do_normalize", true);
    document.putObject("size").put("shortest_edge", Scene.SIZE);
    document.putObject("crop_size").put("height", Scene.SIZE).put("width", Scene.SIZE);
    for (int channel = 0; channel < 3; channel++) {
      document.withArray("image_mean").add(Scene.MEAN);
      document.withArray("image_std").add(Scene.DEVIATION);
    }
    return document;
  }

  private static ObjectNode processor() {
    return NODES
        .objectNode()
        .put("processor_class", "LlavaProcessor")
        .put("image_token", GlimpseVocabulary.words().get(GlimpseVocabulary.IMAGE))
        .put("patch_size", Scene.PATCH)
        .put("num_additional_image_tokens", 1)
        .put("vision_feature_select_strategy", "default");
  }

  private static ObjectNode tokenizer() {
    List<String> words = GlimpseVocabulary.words();
    return NODES
        .objectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("processor_class", "LlavaProcessor")
        .put("bos_token", words.get(GlimpseVocabulary.BOS))
        .put("eos_token", words.get(GlimpseVocabulary.EOS))
        .put("pad_token", words.get(GlimpseVocabulary.PAD))
        .put("unk_token", words.get(GlimpseVocabulary.UNKNOWN))
        .put("image_token", words.get(GlimpseVocabulary.IMAGE))
        .put("clean_up_tokenization_spaces", false);
  }

  private static ObjectNode withSigns(ObjectNode config) {
    return config
        .put("bos_token_id", GlimpseVocabulary.BOS)
        .put("eos_token_id", GlimpseVocabulary.EOS)
        .put("pad_token_id", GlimpseVocabulary.PAD);
  }
}
