package dev.winnow.bench.ablate.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Names of pictures made of labels, each given once. */
final class FileNames {
  private static final int LONGEST = 100;

  private final Set<String> given = new HashSet<>();

  /** Of lower-case letters and digits that every file system takes, numbered where they collide. */
  String png(String kind, TaskResult task, String label) {
    String plain =
        String.join("-", kind, task.model(), task.task(), label)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("-$", "");
    String start = plain.substring(0, Math.min(LONGEST, plain.length()));
    String name = start + ".png";
    for (int i = 2; !given.add(name); i++) {
      name = start + "-" + i + ".png";
    }
    return name;
  }
}
