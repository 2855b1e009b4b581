package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Tells whether something was made from this very checkpoint. */
public final class CheckpointFingerprint {
  /** Rows hashed of each tensor: the first, the last and those evenly between. */
  private static final int SAMPLED_ROWS = 4;

  /** Tensors of longer rows, which no architecture has, count with name, type and shape only. */
  private static final long MAX_ROW_LENGTH = 1 << 20;

  private static final JsonMapper SORTED =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private CheckpointFingerprint() {}

  /**
   * SHA-256, as 64 hex digits, over the config (key order aside) and each tensor's name, type,
   * shape and four sampled rows; independent of sharding, file names and tensor order.
   *
   * <p>Samples, so it takes milliseconds and tells checkpoints apart rather than authenticating
   * them.
   */
  public static String of(Checkpoint checkpoint) {
    MessageDigest digest = sha256();
    digest.update(canonical(checkpoint.config()));
    Map<String, TensorInfo> sorted = new TreeMap<>(checkpoint.tensors());
    for (TensorInfo tensor : sorted.values()) {
      String line = "\n" + tensor.name() + ' ' + tensor.storedType() + ' ' + tensor.shape();
      digest.update(line.getBytes(StandardCharsets.UTF_8));
      sample(digest, checkpoint, tensor);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] canonical(JsonNode config) {
    try {
      // Trees keep their own order; maps are sorted.
      return SORTED.writeValueAsBytes(SORTED.treeToValue(config, Map.class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sample(MessageDigest digest, Checkpoint checkpoint, TensorInfo tensor) {
    if (tensor.rows() == 0 || tensor.rowLength() > MAX_ROW_LENGTH) {
      return;
    }
    // Little-endian bytes hash alike on every machine; read() writes the native order.
    float[] values = new float[(int) tensor.rowLength()];
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long last = tensor.rows() - 1;
    long previous = -1;
    for (int i = 0; i < SAMPLED_ROWS; i++) {
      long row = i * (last / (SAMPLED_ROWS - 1));
      row = i == SAMPLED_ROWS - 1 ? last : row;
      if (row != previous) {
        checkpoint.read(tensor.name(), row, 1, MemorySegment.ofArray(values));
        bytes.clear().asFloatBuffer().put(values);
        digest.update(bytes.array());
        previous = row;
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
