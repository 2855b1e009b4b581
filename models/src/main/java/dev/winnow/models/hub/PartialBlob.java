package dev.winnow.models.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A blob while it arrives, in {@code blobs/ETAG.incomplete}; hashed as it grows, so that a resumed
 * download costs one reading of what was there.
 */
final class PartialBlob implements AutoCloseable {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

  private final RemoteFile file;
  private final Path path;
  private final FileChannel channel;
  private final Optional<MessageDigest> digest;
  private long position;

  private PartialBlob(RemoteFile file, Path path, FileChannel channel) {
    this.file = file;
    this.path = path;
    this.channel = channel;
    this.digest = digest(file.etag());
  }

  /** Opens or creates it, keeping the bytes of an earlier try. */
  static PartialBlob open(RemoteFile file, Path blob) throws IOException {
    Files.createDirectories(blob.getParent());
    Path path = blob.resolveSibling(blob.getFileName() + ".incomplete");
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    PartialBlob partial = new PartialBlob(file, path, channel);
    try {
      partial.takeUp();
      return partial;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void takeUp() throws IOException {
    restart(channel.size() <= file.size());
  }

  /** Forgets everything received so far. */
  void restart() throws IOException {
    restart(false);
  }

  private void restart(boolean keep) throws IOException {
    if (!keep) {
      channel.truncate(0);
    }
    position = 0;
    channel.position(0);
    digest.ifPresent(MessageDigest::reset);
    if (SHA1.matcher(file.etag()).matches()) {
      // git hashes a file together with this header
      byte[] header = ("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII);
      digest.ifPresent(d -> d.update(header));
    }
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (channel.read(buffer) > 0) {
      buffer.flip();
      position += buffer.remaining();
      digest.ifPresent(d -> d.update(buffer));
      buffer.clear();
    }
  }

  /** Bytes here so far. */
  long position() {
    return position;
  }

  /** Adds the next bytes. */
  void append(ByteBuffer bytes) throws IOException {
    digest.ifPresent(d -> d.update(bytes.duplicate()));
    while (bytes.hasRemaining()) {
      position += channel.write(bytes);
    }
  }

  /** Whether size and hash are what the hub announced. */
  boolean isGenuine() {
    return position == file.size()
        && digest
            .map(d -> HexFormat.of().formatHex(d.digest()))
            .orElse(file.etag())
            .equals(file.etag());
  }

  /** Gives the whole file its final name. */
  void finish(Path blob) throws IOException {
    channel.force(true);
    channel.close();
    Files.move(path, blob, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Throws a useless download away. */
  void discard() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** LFS files are named by SHA-256, ordinary git files by git's SHA-1, others by anything. */
  private static Optional<MessageDigest> digest(String etag) {
    try {
      if (SHA256.matcher(etag).matches()) {
        return Optional.of(MessageDigest.getInstance("SHA-256"));
      }
      if (SHA1.matcher(etag).matches()) {
        return Optional.of(MessageDigest.getInstance("SHA-1"));
      }
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
    }
  }
}
