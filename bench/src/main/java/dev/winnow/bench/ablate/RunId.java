package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Names a run by what it is: the same content has the same id, in whatever order it was written.
 */
final class RunId {
  private static final int HEX_DIGITS = 16;

  private RunId() {}

  /**
   * The id of {@code content}.
   *
   * @param digests of files; a text that is the name of one counts as its digest
   */
  static String of(JsonNode content, Map<String, String> digests) {
    byte[] bytes = canonical(content, digests).toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(sha256().digest(bytes)).substring(0, HEX_DIGITS);
  }

  /** SHA-256 of a file, as 64 hex digits. */
  static String digest(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Keys sorted, files by content, and whole numbers the same with or without a fraction. */
  private static JsonNode canonical(JsonNode node, Map<String, String> digests) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (node.isObject()) {
      List<String> keys = new ArrayList<>();
      node.fieldNames().forEachRemaining(keys::add);
      Collections.sort(keys);
      ObjectNode sorted = json.objectNode();
      keys.forEach(key -> sorted.set(key, canonical(node.get(key), digests)));
      return sorted;
    }
    if (node.isArray()) {
      List<JsonNode> all = new ArrayList<>();
      node.forEach(one -> all.add(canonical(one, digests)));
      return json.arrayNode().addAll(all);
    }
    if (node.isTextual() && digests.containsKey(node.textValue())) {
      return json.textNode("sha256:" + digests.get(node.textValue()));
    }
    boolean whole =
        node.isInt()
            || (node.isFloatingPointNumber() && node.doubleValue() == (double) node.longValue());
    return whole ? json.numberNode(node.longValue()) : node;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
