package dev.winnow.models.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Wraps TorchScript source into the archive that libtorch loads: a ZIP of stored entries around one
 * class {@code __torch__.Program} that has methods and no attributes.
 */
final class ScriptArchive {
  private static final String ROOT = "program/";

  /** Pickle protocol 2: an instance of {@code __torch__.Program} with {@code training = False}. */
  private static final byte[] DATA =
      pickle("c__torch__\nProgram\nq\0)\u0081}X\u0008\0\0\0trainingq\1\u0089sb.");

  /** Pickle protocol 2: the empty tuple. */
  private static final byte[] CONSTANTS = pickle(").");

  private ScriptArchive() {}

  /** The archive for the body of {@code class Program(Module)}: methods indented by two spaces. */
  static byte[] of(String methods) {
    String source =
        "class Program(Module):\n"
            + "  __parameters__ = []\n"
            + "  __buffers__ = []\n"
            + "  training : bool\n"
            + methods;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      add(zip, "data.pkl", DATA);
      add(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      add(zip, "constants.pkl", CONSTANTS);
      add(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
      add(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory only
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] pickle(String body) {
    return ("\u0080\u0002" + body).getBytes(StandardCharsets.ISO_8859_1);
  }
}
