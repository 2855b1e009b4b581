package dev.winnow.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A byte-level tokenizer without merges: every byte of UTF-8 is a token. */
final class Tokenizers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SPECIAL = List.of("<unk>", "<|im_start|>", "<|im_end|>");

  private Tokenizers() {}

  /** The special tokens 0 to 2, then a token for each byte in GPT-2's spelling. */
  static List<String> letters() {
    List<String> vocabulary = new ArrayList<>(SPECIAL);
    int unprintable = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.add(String.valueOf((char) (printable ? b : 256 + unprintable++)));
    }
    return vocabulary;
  }

  /** The id of an ASCII letter. */
  static int id(char letter) {
    return SPECIAL.size() + letter;
  }

  static ObjectNode json(List<String> vocabulary) {
    ObjectNode tokenizer = JSON.createObjectNode();
    tokenizer.put("version", "1.0");
    ArrayNode added = tokenizer.putArray("added_tokens");
    for (int id = 0; id < SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    tokenizer.putNull("normalizer");
    byteLevel(tokenizer.putObject("pre_tokenizer"));
    tokenizer.putNull("post_processor");
    byteLevel(tokenizer.putObject("decoder"));
    ObjectNode model = tokenizer.putObject("model");
    model.put("type", "BPE").putNull("unk_token");
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(vocabulary.get(id), id);
    }
    model.putArray("merges");
    return tokenizer;
  }

  private static void byteLevel(ObjectNode part) {
    part.put("type", "ByteLevel").put("add_prefix_space", false);
    part.put("trim_offsets", true).put("use_regex", false);
  }
}
