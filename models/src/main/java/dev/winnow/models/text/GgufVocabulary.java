package dev.winnow.models.text;

import dev.winnow.models.CheckpointException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The vocabulary in the metadata of a GGUF file, checked, and the options that come with it. */
final class GgufVocabulary {
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String MERGES = "tokenizer.ggml.merges";
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int BYTE = 6;

  /** A token that is found in text before anything else happens to it. */
  record AddedToken(int id, String text, boolean special, boolean stripsRight) {}

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final Map<String, Integer> ids;
  private final Optional<GgufPreTokenizer> preTokenizer;

  private GgufVocabulary(
      GgufMetadata metadata, List<String> tokens, Optional<GgufPreTokenizer> preTokenizer) {
    this.metadata = metadata;
    this.tokens = tokens;
    this.preTokenizer = preTokenizer;
    this.ids = LinkedHashMap.newLinkedHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
  }

  static Optional<GgufVocabulary> of(GgufMetadata metadata) {
    String model = metadata.string("tokenizer.ggml.model").orElse("none");
    Optional<GgufPreTokenizer> preTokenizer;
    switch (model) {
      case "none", "no_vocab" -> {
        return Optional.empty();
      }
      case "gpt2" ->
          preTokenizer =
              Optional.of(
                  GgufPreTokenizer.of(metadata.string("tokenizer.ggml.pre").orElse("default")));
      case "llama", "gemma" -> preTokenizer = Optional.empty();
      default ->
          throw new CheckpointException(
              "GGUF metadata key 'tokenizer.ggml.model': tokenizer '%s' is not supported; supported are gpt2, llama, gemma; use the model's safetensors files with their tokenizer.json instead"
                  .formatted(model));
    }
    List<String> tokens = metadata.strings(TOKENS).orElse(List.of());
    if (tokens.isEmpty()) {
      throw metadata.wrong(TOKENS, "no tokens", "at least one token");
    }
    return Optional.of(new GgufVocabulary(metadata, tokens, preTokenizer));
  }

  /** Whether text is cut by SentencePiece's rules rather than byte-level BPE's. */
  boolean sentencePiece() {
    return preTokenizer.isEmpty();
  }

  /** Present for byte-level BPE. */
  Optional<GgufPreTokenizer> preTokenizer() {
    return preTokenizer;
  }

  /** Id by token, in the order of ids; of two equal tokens the later one counts. */
  Map<String, Integer> ids() {
    return ids;
  }

  String token(int id) {
    return tokens.get(id);
  }

  OptionalInt bos() {
    return special("bos");
  }

  OptionalInt eos() {
    return special("eos");
  }

  OptionalInt unknown() {
    return special("unknown");
  }

  OptionalInt pad() {
    return special("padding");
  }

  private OptionalInt special(String name) {
    return metadata.tokenId("tokenizer.ggml." + name + "_token_id", tokens.size());
  }

  boolean addBos() {
    return metadata
        .bool("tokenizer.ggml.add_bos_token")
        .orElse(preTokenizer.map(GgufPreTokenizer::addsBos).orElse(true));
  }

  boolean addEos() {
    return metadata.bool("tokenizer.ggml.add_eos_token").orElse(false);
  }

  boolean addSpacePrefix() {
    return metadata.bool("tokenizer.ggml.add_space_prefix").orElse(true);
  }

  List<AddedToken> addedTokens() {
    Optional<int[]> types = types();
    Set<Integer> named = new HashSet<>();
    List.of(bos(), eos(), unknown(), pad()).forEach(id -> id.ifPresent(named::add));
    List<AddedToken> added = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      boolean special;
      boolean userDefined = false;
      if (types.isPresent()) {
        int type = types.get()[id];
        special = type == CONTROL || type == UNKNOWN;
        userDefined = type == USER_DEFINED;
      } else {
        special = named.contains(id);
      }
      String token = tokens.get(id);
      if ((special || userDefined) && !token.isEmpty()) {
        added.add(new AddedToken(id, token, special, stripsRight(token, special)));
      }
    }
    return added;
  }

  /** Phi-3 swallows the space after a role token, which GGUF has no key for. */
  private boolean stripsRight(String token, boolean special) {
    boolean phi3 =
        metadata.string("general.architecture").orElse("").equals("phi3")
            && metadata
                .string("general.name")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .matches(".*phi-?3.*");
    return phi3 && special && !Set.of("<unk>", "<s>", "<|endoftext|>").contains(token);
  }

  /** Pairs of tokens that become one, the first to be applied first. */
  List<String[]> merges() {
    return sentencePiece() ? scoredMerges() : listedMerges();
  }

  private List<String[]> listedMerges() {
    List<String> lines =
        metadata
            .strings(MERGES)
            .orElseThrow(() -> metadata.wrong(MERGES, "nothing", "an array of strings"));
    List<String[]> merges = new ArrayList<>(lines.size());
    for (String line : lines) {
      // A byte-level token has no space; U+0120 stands for it.
      int space = line.indexOf(' ');
      if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
        throw metadata.wrong(MERGES, "'" + line + "'", "two tokens with a space between");
      }
      merges.add(new String[] {line.substring(0, space), line.substring(space + 1)});
    }
    return merges;
  }

  private List<String[]> scoredMerges() {
    float[] scores =
        metadata
            .floats(SCORES)
            .orElseThrow(() -> metadata.wrong(SCORES, "nothing", "an array of float32"));
    if (scores.length != tokens.size()) {
      throw metadata.wrong(SCORES, scores.length + " scores", tokens.size() + ", one per token");
    }
    Optional<int[]> types = types();
    Map<String, Integer> mergeable = new LinkedHashMap<>(ids);
    if (types.isPresent()) {
      mergeable
          .values()
          .removeIf(
              id -> {
                int type = types.get()[id];
                return type == CONTROL || type == UNKNOWN || type == BYTE;
              });
    }
    List<String[]> merges = new ArrayList<>();
    for (SentencePieceMerges.Merge merge : SentencePieceMerges.of(mergeable, scores)) {
      merges.add(new String[] {merge.left(), merge.right()});
    }
    return merges;
  }

  private Optional<int[]> types() {
    Optional<int[]> types = metadata.ints(TYPES);
    if (types.isPresent() && types.get().length != tokens.size()) {
      throw metadata.wrong(TYPES, types.get().length + " types", tokens.size() + ", one per token");
    }
    return types;
  }
}
