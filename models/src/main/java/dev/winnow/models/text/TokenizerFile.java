package dev.winnow.models.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What Winnow itself has to know of a {@code tokenizer.json}, checked before the native library
 * sees it.
 *
 * @param ids id of every token, added tokens included
 * @param known ids that some token has
 * @param special ids of special tokens
 * @param bytes ids of SentencePiece byte tokens, {@code <0x00>} to {@code <0xFF>}
 * @param decoder how ids become text
 */
record TokenizerFile(
    Map<String, Integer> ids, BitSet known, BitSet special, BitSet bytes, DecoderKind decoder) {

  private static final int MAX_BYTES = 256 << 20;
  private static final int MAX_ID = (1 << 24) - 1;
  private static final Set<String> MODELS = Set.of("BPE", "Unigram", "WordPiece", "WordLevel");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  int vocabularySize() {
    return known.length();
  }

  static TokenizerFile parse(byte[] json, String source) {
    if (json.length > MAX_BYTES) {
      throw new CheckpointException(
          "%s: tokenizer of %,d bytes; at most %,d are read"
              .formatted(source, json.length, MAX_BYTES));
    }
    try (JsonParser parser = MAPPER.createParser(json)) {
      return new Reader(parser, source).read();
    } catch (IOException e) {
      // Without the location, whose text explains the JSON library rather than the file.
      String reason =
          e instanceof JsonProcessingException damage
              ? damage.getOriginalMessage()
              : e.getMessage();
      throw new CheckpointException(
          source + ": the tokenizer is not valid JSON: " + reason + "; fetch it again", e);
    }
  }

  /** One pass over the file; a tree of a large vocabulary would cost more than the tokenizer. */
  private static final class Reader {
    private final JsonParser parser;
    private final String source;
    private final Map<String, Integer> ids = new HashMap<>();
    private final BitSet known = new BitSet();
    private final BitSet special = new BitSet();
    private final BitSet bytes = new BitSet();
    private final Map<Integer, String> added = new HashMap<>();
    private DecoderKind decoder = DecoderKind.TOKEN_WISE;
    private boolean hasVocabulary;

    Reader(JsonParser parser, String source) {
      this.parser = parser;
      this.source = source;
    }

    TokenizerFile read() throws IOException {
      expect(parser.nextToken(), JsonToken.START_OBJECT, "the file");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "model" -> readModel();
          case "added_tokens" -> readAddedTokens();
          case "decoder" -> decoder = DecoderKind.of(MAPPER.readTree(parser));
          default -> parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw damaged("the file", "something after its end", "nothing");
      }
      if (!hasVocabulary || known.isEmpty()) {
        throw damaged("model.vocab", "no tokens", "at least one token");
      }
      checkAddedTokens();
      return new TokenizerFile(Map.copyOf(ids), known, special, bytes, decoder);
    }

    private void readModel() throws IOException {
      expect(parser.currentToken(), JsonToken.START_OBJECT, "model");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "type" -> {
            if (!MODELS.contains(parser.getText())) {
              throw damaged("model.type", "'" + parser.getText() + "'", "one of " + MODELS);
            }
          }
          case "vocab" -> readVocabulary();
          default -> parser.skipChildren();
        }
      }
    }

    private void readVocabulary() throws IOException {
      hasVocabulary = true;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
            throw damaged("model.vocab['" + token + "']", parser.getText(), "an id");
          }
          put(token, parser.getLongValue());
        }
        return;
      }
      expect(parser.currentToken(), JsonToken.START_ARRAY, "model.vocab");
      for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, "model.vocab[" + id + "]");
        put(parser.getText(), id);
        if (!parser.nextToken().isNumeric() || parser.nextToken() != JsonToken.END_ARRAY) {
          throw damaged("model.vocab[" + id + "]", parser.getText(), "[token, score]");
        }
      }
      expect(parser.currentToken(), JsonToken.END_ARRAY, "model.vocab");
    }

    private void readAddedTokens() throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      expect(parser.currentToken(), JsonToken.START_ARRAY, "added_tokens");
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        JsonNode token = MAPPER.readTree(parser);
        JsonNode id = token.path("id");
        JsonNode content = token.path("content");
        if (!id.isIntegralNumber() || !content.isTextual()) {
          throw damaged("added_tokens", token.toString(), "objects with id and content");
        }
        put(content.textValue(), id.longValue());
        added.put(id.intValue(), content.textValue());
        special.set(id.intValue(), token.path("special").asBoolean());
      }
      expect(parser.currentToken(), JsonToken.END_ARRAY, "added_tokens");
    }

    /** The native library would give such a token another id than the model was trained with. */
    private void checkAddedTokens() {
      ids.forEach(
          (token, id) -> {
            String other = added.get(id);
            if (other != null && !other.equals(token)) {
              throw damaged(
                  "added_tokens",
                  "'%s' with id %d, which '%s' has too".formatted(other, id, token),
                  "one token per id");
            }
          });
      added.forEach(
          (id, token) -> {
            if (!ids.get(token).equals(id)) {
              throw damaged(
                  "added_tokens",
                  "'%s' with ids %d and %d".formatted(token, id, ids.get(token)),
                  "one id per token");
            }
          });
    }

    private void put(String token, long id) {
      if (id < 0 || id > MAX_ID) {
        throw damaged("id of token '" + token + "'", Long.toString(id), "0 to " + MAX_ID);
      }
      ids.put(token, (int) id);
      known.set((int) id);
      if (isByteToken(token)) {
        bytes.set((int) id);
      }
    }

    private static boolean isByteToken(String token) {
      return token.length() == 6
          && token.startsWith("<0x")
          && token.charAt(5) == '>'
          && Character.digit(token.charAt(3), 16) >= 0
          && Character.digit(token.charAt(4), 16) >= 0;
    }

    private void expect(JsonToken found, JsonToken wanted, String where) {
      if (found != wanted) {
        throw damaged(where, String.valueOf(found), wanted.toString());
      }
    }

    private CheckpointException damaged(String where, String got, String allowed) {
      return new CheckpointException(
          "%s: tokenizer: %s: got %s, expected %s; fetch the file again"
              .formatted(source, where, got, allowed));
    }
  }
}
