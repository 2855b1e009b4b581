package dev.winnow.models.text;

import com.fasterxml.jackson.databind.JsonNode;

/** How far the text of a token depends on its neighbours, which is what streaming has to know. */
enum DecoderKind {
  /** Every token has its own text, but for a space that the first one loses. */
  TOKEN_WISE,
  /** Tokens are pieces of one UTF-8 byte string. */
  BYTE_LEVEL,
  /** As token-wise, but a run of byte tokens is a character string only if all of it is valid. */
  BYTE_RUNS,
  /** Anything else: only the whole sequence has a text. */
  WHOLE;

  static DecoderKind of(JsonNode decoder) {
    return switch (decoder.path("type").asText("")) {
      case "" -> decoder.isNull() || decoder.isMissingNode() ? TOKEN_WISE : WHOLE;
      case "ByteLevel" -> BYTE_LEVEL;
      case "Metaspace" -> TOKEN_WISE;
      case "ByteFallback" -> BYTE_RUNS;
      case "Sequence" -> ofSequence(decoder.path("decoders"));
      default -> WHOLE;
    };
  }

  private static DecoderKind ofSequence(JsonNode decoders) {
    if (decoders.size() == 1) {
      return of(decoders.get(0));
    }
    DecoderKind kind = TOKEN_WISE;
    boolean fused = false;
    for (JsonNode decoder : decoders) {
      switch (decoder.path("type").asText()) {
        case "Replace" -> {
          // A pattern over fused text may span tokens; one character cannot.
          if (fused && decoder.path("pattern").path("String").asText().length() != 1) {
            return WHOLE;
          }
        }
        case "ByteFallback" -> kind = BYTE_RUNS;
        case "Fuse" -> fused = true;
        case "Strip" -> {
          if (fused && decoder.path("stop").asInt() != 0) {
            return WHOLE;
          }
        }
        default -> {
          return WHOLE;
        }
      }
    }
    return kind;
  }
}
