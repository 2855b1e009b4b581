package dev.winnow.models.text;

import java.util.Arrays;

/**
 * Turns the tokens of one sequence into text as they come, and never gives out a broken character:
 * what {@link #push} and {@link #flush} return, put together, is what {@link Tokenizer#decode}
 * gives for all tokens at once.
 *
 * <p>Text is held back while its last character is incomplete. SentencePiece byte tokens are held
 * back until another kind of token follows, because one wrong byte spoils the whole run. Each push
 * decodes a short window, so the cost does not grow with the sequence. Not for use by several
 * threads at once.
 */
public final class TokenStreamer {
  private static final char INCOMPLETE = '\uFFFD';

  /**
   * UTF-8 is self-synchronising: decoding from any byte agrees with decoding from the start after
   * at most three bytes, and an incomplete character has at most three, so eight tokens are enough
   * context.
   */
  private static final int CONTEXT_TOKENS = 8;

  private final Tokenizer tokenizer;
  private final TokenizerFile file;
  private final boolean skipSpecial;

  /** The latest tokens: some whose text is out already, as context, then those still held back. */
  private int[] window = new int[16];

  private int size;

  /** How many characters of the window's text are out. */
  private int emitted;

  TokenStreamer(Tokenizer tokenizer, TokenizerFile file, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.file = file;
    this.skipSpecial = skipSpecial;
  }

  /**
   * Adds a token and returns the text that became certain, possibly none.
   *
   * @throws IllegalArgumentException if {@code id} is negative
   */
  public String push(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("token id " + id + " is negative");
    }
    if (!file.known().get(id) || (skipSpecial && file.special().get(id))) {
      return "";
    }
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = id;
    if (file.decoder() == DecoderKind.WHOLE
        || (file.decoder() == DecoderKind.BYTE_RUNS && file.bytes().get(id))) {
      return "";
    }
    String text = textOfLast(size);
    boolean held = file.decoder() == DecoderKind.BYTE_LEVEL && endsIncomplete(text);
    int certain = text.length() - (held ? 1 : 0);
    String out = text.substring(emitted, certain);
    emitted = certain;
    shrink(held);
    return out;
  }

  /** Returns what was held back, broken characters as U+FFFD, and starts a new sequence. */
  public String flush() {
    String rest = size == 0 ? "" : textOfLast(size).substring(emitted);
    size = 0;
    emitted = 0;
    return rest;
  }

  private void shrink(boolean held) {
    if (held) {
      if (size > CONTEXT_TOKENS) {
        keepLast(CONTEXT_TOKENS, 1);
      }
      return;
    }
    // Context without text would leave the space that a first token loses to the next token.
    for (int keep = 1; keep < size; keep *= 2) {
      if (!textOfLast(keep).isEmpty()) {
        keepLast(keep, 0);
        return;
      }
    }
  }

  private void keepLast(int tokens, int heldCharacters) {
    System.arraycopy(window, size - tokens, window, 0, tokens);
    size = tokens;
    emitted = textOfLast(tokens).length() - heldCharacters;
  }

  private String textOfLast(int tokens) {
    return tokenizer.decode(Arrays.copyOfRange(window, size - tokens, size), skipSpecial);
  }

  private static boolean endsIncomplete(String text) {
    return !text.isEmpty() && text.charAt(text.length() - 1) == INCOMPLETE;
  }
}
