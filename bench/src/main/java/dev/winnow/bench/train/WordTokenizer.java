package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A {@code tokenizer.json} of words between white space, in lower case; BOS is added in front.
 *
 * @param words every word; its place is its id
 * @param specials how many of them, from the first, are special tokens
 * @param bos id of the token that opens a text
 * @param unknown id of what stands for any other word
 */
record WordTokenizer(List<String> words, int specials, int bos, int unknown) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Copies the list. */
  WordTokenizer {
    words = List.copyOf(words);
  }

  ObjectNode document() {
    String opening = words.get(bos);
    ObjectNode tokenizer = NODES.objectNode().put("version", "1.0");
    tokenizer.putNull("truncation").putNull("padding");
    ArrayNode added = tokenizer.putArray("added_tokens");
    for (int id = 0; id < specials; id++) {
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
    template.set("single", sequence(opening, "A"));
    template.set("pair", sequence(opening, "A", "B"));
    ObjectNode special = template.putObject("special_tokens").putObject(opening).put("id", opening);
    special.putArray("ids").add(bos);
    special.putArray("tokens").add(opening);
    tokenizer.putNull("decoder");
    ObjectNode model = tokenizer.putObject("model").put("type", "WordLevel");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < words.size(); id++) {
      vocabulary.put(words.get(id), id);
    }
    model.put("unk_token", words.get(unknown));
    return tokenizer;
  }

  private static ArrayNode sequence(String opening, String... ids) {
    ArrayNode sequence = NODES.arrayNode();
    sequence.addObject().putObject("SpecialToken").put("id", opening).put("type_id", 0);
    for (String id : ids) {
      sequence.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
    }
    return sequence;
  }
}
