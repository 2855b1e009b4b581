package dev.winnow.models.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Turns text into token ids and back, exactly as Hugging Face does for the same {@code
 * tokenizer.json}; never truncates, never pads, never touches the network. Safe for use by several
 * threads.
 */
public final class Tokenizer implements AutoCloseable {
  private static final Map<String, String> WHOLE_TEXT =
      Map.of("truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");

  private final TokenizerFile file;
  private final Optional<ObjectNode> config;
  private final HuggingFaceTokenizer delegate;
  // Closing frees native memory, so it has to wait for the calls in flight.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private Tokenizer(
      TokenizerFile file, Optional<ObjectNode> config, HuggingFaceTokenizer delegate) {
    this.file = file;
    this.config = config;
    this.delegate = delegate;
  }

  /**
   * Builds a tokenizer.
   *
   * @param tokenizerJson the content of {@code tokenizer.json}
   * @param tokenizerConfig the content of {@code tokenizer_config.json}; names the special tokens
   * @param source where the content came from, for messages
   * @throws CheckpointException if the content is damaged, too large or of an unknown kind
   */
  public static Tokenizer load(
      byte[] tokenizerJson, Optional<ObjectNode> tokenizerConfig, String source) {
    TokenizerFile file = TokenizerFile.parse(tokenizerJson, source);
    stayOffline();
    try {
      HuggingFaceTokenizer delegate =
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(tokenizerJson), WHOLE_TEXT);
      return new Tokenizer(file, tokenizerConfig.map(ObjectNode::deepCopy), delegate);
    } catch (EngineException e) {
      throw new IllegalStateException(
          "the native tokenizer library could not be loaded: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          source
              + ": the tokenizer cannot be built: "
              + e.getMessage()
              + "; fetch the file again or export it with Hugging Face tokenizers",
          e);
    }
  }

  /**
   * The library reports its use by HTTP, and on a machine with a GPU downloads another build of
   * itself, unless these are set before it starts.
   */
  private static void stayOffline() {
    for (Map.Entry<String, String> setting :
        Map.of("OPT_OUT_TRACKING", "true", "RUST_FLAVOR", "cpu").entrySet()) {
      if (System.getenv(setting.getKey()) == null && System.getProperty(setting.getKey()) == null) {
        System.setProperty(setting.getKey(), setting.getValue());
      }
    }
  }

  /**
   * Token ids of a text. Half a surrogate pair counts as U+FFFD.
   *
   * @param addSpecialTokens whether the tokenizer adds what it was trained with, such as BOS; false
   *     for a rendered {@link ChatTemplate}, which spells its special tokens out
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    String valid = withoutLoneSurrogates(text);
    long[] ids = open(native_ -> native_.encode(valid, addSpecialTokens, false).getIds());
    int[] result = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      result[i] = Math.toIntExact(ids[i]);
    }
    return result;
  }

  /**
   * Text of token ids, without any clean-up of spaces; ids that no token has give no text.
   *
   * @param skipSpecialTokens whether special tokens such as EOS are left out
   * @throws IllegalArgumentException if an id is negative
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw new IllegalArgumentException(
            "token id " + ids[i] + " at position " + i + " is negative");
      }
      wide[i] = ids[i];
    }
    return open(native_ -> native_.decode(wide, skipSpecialTokens));
  }

  /** A new incremental decoder for one sequence; {@code skipSpecial} as in {@link #decode}. */
  public TokenStreamer streamer(boolean skipSpecial) {
    return new TokenStreamer(this, file, skipSpecial);
  }

  /** One more than the highest token id, added tokens included. */
  public int vocabularySize() {
    return file.vocabularySize();
  }

  /** The id of exactly this token, spelled as the vocabulary spells it. */
  public OptionalInt idOf(String token) {
    Integer id = file.ids().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether the token is one that {@code skipSpecialTokens} leaves out. */
  public boolean isSpecial(int id) {
    return id >= 0 && file.special().get(id);
  }

  /** The id of {@code bos_token} in the tokenizer config. */
  public OptionalInt bosId() {
    return configured("bos_token");
  }

  /** The id of {@code eos_token} in the tokenizer config. */
  public OptionalInt eosId() {
    return configured("eos_token");
  }

  /** The id of {@code pad_token} in the tokenizer config. */
  public OptionalInt padId() {
    return configured("pad_token");
  }

  /** The id of {@code unk_token} in the tokenizer config. */
  public OptionalInt unknownId() {
    return configured("unk_token");
  }

  private OptionalInt configured(String key) {
    return config
        .flatMap(node -> tokenText(node.get(key)))
        .map(this::idOf)
        .orElse(OptionalInt.empty());
  }

  /** Configs give a token as text or as an object with its text under {@code content}. */
  static Optional<String> tokenText(JsonNode node) {
    if (node == null) {
      return Optional.empty();
    }
    JsonNode text = node.isObject() ? node.path("content") : node;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  private <T> T open(Function<HuggingFaceTokenizer, T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      return call.apply(delegate);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The native side takes UTF-8 only, which half a surrogate pair has no form in. */
  private static String withoutLoneSurrogates(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      int codePoint = text.codePointAt(i);
      if (Character.isSupplementaryCodePoint(codePoint)) {
        i++;
      } else if (Character.isSurrogate((char) codePoint)) {
        if (repaired == null) {
          repaired = new StringBuilder(text);
        }
        repaired.setCharAt(i, '\uFFFD');
      }
    }
    return repaired == null ? text : repaired.toString();
  }

  /** Frees the native tokenizer; closing twice is fine. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        delegate.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
