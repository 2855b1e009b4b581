package dev.winnow.models.text;

import dev.winnow.models.CheckpointException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How byte-level BPE cuts text into words before merging; GGUF files name the way in {@code
 * tokenizer.ggml.pre}, tokenizers spell it out as regular expressions.
 */
enum GgufPreTokenizer {
  /** GPT-2's own expression, which the byte-level step has built in. */
  GPT2(Set.of("gpt-2", "phi-2", "mpt", "olmo"), List.of(), false, false),
  /** GPT-2 after every digit is set apart. */
  SMOLLM(
      Set.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"),
      List.of("\\p{N}"),
      false,
      false),
  /** What is used when a converter did not know better. */
  DEFAULT(
      Set.of("default"),
      List.of(
          "[\\p{P}\\$\\+<=>\\^~\\|]+",
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
          "\\p{N}+",
          "[0-9][0-9][0-9]"),
      false,
      false),
  LLAMA3(
      Set.of("llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"),
      List.of(Expressions.LLAMA3),
      true,
      true),
  DBRX(Set.of("dbrx", "smaug-bpe"), List.of(Expressions.LLAMA3), false, false),
  QWEN2(
      Set.of("qwen2", "deepseek-r1-qwen"),
      List.of(
          Expressions.CONTRACTIONS
              + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
              + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
              + Expressions.SPACES),
      false,
      false),
  TEKKEN(
      Set.of("tekken"),
      List.of(
          Expressions.WORD_ENDING_LOWER
              + "|"
              + Expressions.WORD_STARTING_UPPER
              + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
              + Expressions.SPACES),
      true,
      true),
  GPT4O(
      Set.of("gpt-4o"),
      List.of(
          Expressions.WORD_ENDING_LOWER
              + Expressions.CONTRACTIONS
              + "?|"
              + Expressions.WORD_STARTING_UPPER
              + Expressions.CONTRACTIONS
              + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
              + Expressions.SPACES),
      false,
      false);

  /** Parts that several expressions share. */
  private static final class Expressions {
    static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    static final String LLAMA3 =
        CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + SPACES;
    static final String WORD_ENDING_LOWER =
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";
    static final String WORD_STARTING_UPPER =
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";
  }

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> names;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> splits;

  private final boolean ignoreMerges;
  private final boolean addsBos;

  GgufPreTokenizer(Set<String> names, List<String> splits, boolean ignoreMerges, boolean addsBos) {
    this.names = names;
    this.splits = splits;
    this.ignoreMerges = ignoreMerges;
    this.addsBos = addsBos;
  }

  static GgufPreTokenizer of(String name) {
    Set<String> all = new TreeSet<>();
    for (GgufPreTokenizer candidate : values()) {
      if (candidate.names.contains(name)) {
        return candidate;
      }
      all.addAll(candidate.names);
    }
    throw new CheckpointException(
        "GGUF metadata key 'tokenizer.ggml.pre': pre-tokenizer '%s' is not supported; supported are %s; use the model's safetensors files with their tokenizer.json instead"
            .formatted(name, String.join(", ", all)));
  }

  /** Expressions whose matches are set apart, one after the other. */
  List<String> splits() {
    return splits;
  }

  /** Whether GPT-2's expression is applied last. */
  boolean endsWithGpt2() {
    return this == GPT2 || this == SMOLLM;
  }

  /** Whether text is normalised to NFC first. */
  boolean normalisesToNfc() {
    return this == QWEN2;
  }

  /** Whether a word that is a token stays whole, whatever the merges say. */
  boolean ignoresMerges() {
    return ignoreMerges;
  }

  /** Whether BOS comes first when the file does not say. */
  boolean addsBos() {
    return addsBos;
  }
}
