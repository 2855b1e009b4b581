package dev.winnow.models.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last answer of a chain of redirects.
 *
 * @param uri where it came from
 * @param status HTTP status
 * @param headers values of the whole chain by lower-case name; the first answer that had it counts
 *     for {@code X-} headers, since a hub sends those with its redirect to a content server
 * @param body what follows the headers
 */
record HubAnswer(URI uri, int status, Map<String, String> headers, StallGuard body)
    implements AutoCloseable {

  Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /**
   * The whole body.
   *
   * @throws HubException if it is longer than {@code limit} bytes
   */
  byte[] readAll(long limit) throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<ByteBuffer> piece;
    while (!(piece = body.next()).isEmpty()) {
      for (ByteBuffer buffer : piece) {
        if (bytes.size() + (long) buffer.remaining() > limit) {
          throw new HubException(
              "the answer of %s is longer than %d bytes; is HF_ENDPOINT a model hub?"
                  .formatted(uri, limit));
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        bytes.writeBytes(copy);
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    body.close();
  }
}
