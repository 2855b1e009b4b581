package dev.winnow.models.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Existing paths that are spelt almost like one that does not exist. */
final class NearMisses {
  private static final int MOST_SIBLINGS = 2000;
  private static final int MOST_SHOWN = 3;
  private static final int LONGEST_NAME = 255;

  private NearMisses() {}

  /** "; did you mean ...", or nothing. */
  static String hint(String text) {
    List<Path> near = find(text);
    return near.isEmpty()
        ? ""
        : near.stream()
            .map(Path::toString)
            .collect(Collectors.joining(" or ", "; did you mean the path ", "?"));
  }

  private static List<Path> find(String text) {
    try {
      Path path = Path.of(text);
      Path name = path.getFileName();
      Path parent = path.getParent() == null ? Path.of("") : path.getParent();
      if (name == null
          || name.toString().isBlank()
          || name.toString().length() > LONGEST_NAME
          || Files.exists(path)
          || !Files.isDirectory(parent)) {
        return List.of();
      }
      return siblings(parent, name.toString());
    } catch (InvalidPathException | IOException e) {
      return List.of(); // only a hint
    }
  }

  private static List<Path> siblings(Path parent, String name) throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      return entries
          .limit(MOST_SIBLINGS)
          .filter(p -> distance(name, p) <= Math.max(1, name.length() / 4))
          .sorted(Comparator.comparingInt((Path p) -> distance(name, p)).thenComparing(p -> p))
          .limit(MOST_SHOWN)
          .toList();
    }
  }

  private static int distance(String name, Path path) {
    return distance(
        name.toLowerCase(Locale.ROOT), path.getFileName().toString().toLowerCase(Locale.ROOT));
  }

  /** Levenshtein distance. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
