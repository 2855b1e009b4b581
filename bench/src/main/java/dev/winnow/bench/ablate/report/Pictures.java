package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is drawn both on the page and as PNG files. */
final class Pictures {
  private final FileNames names = new FileNames();
  private final List<String> techniques;
  private final Map<TaskResult, List<ParetoChart>> paretos = new LinkedHashMap<>();
  private final Map<TaskResult, List<HeatMap>> depths = new LinkedHashMap<>();
  private final Map<TaskResult, List<HeatMap>> recalls = new LinkedHashMap<>();

  Pictures(Results results) {
    techniques =
        results.runs().stream()
            .map(RunRecord::technique)
            .filter(technique -> !technique.equals(RunRecord.DENSE))
            .distinct()
            .toList();
    for (TaskResult task : results.tasks()) {
      paretos.put(task, ParetoChart.of(task, names));
      depths.put(task, HeatMaps.byDepthAndLength(task, names));
      recalls.put(task, HeatMaps.recall(task, names));
    }
  }

  /** In the order of their colours. */
  List<String> techniques() {
    return techniques;
  }

  List<ParetoChart> paretos(TaskResult task) {
    return paretos.get(task);
  }

  List<HeatMap> depths(TaskResult task) {
    return depths.get(task);
  }

  List<HeatMap> recalls(TaskResult task) {
    return recalls.get(task);
  }

  /**
   * Writes all.
   *
   * @return the files
   * @throws IOException if one cannot be written
   */
  List<Path> write(Path dir) throws IOException {
    List<Path> files = new ArrayList<>();
    for (List<ParetoChart> charts : paretos.values()) {
      for (ParetoChart chart : charts) {
        files.add(Files.write(dir.resolve(chart.file()), ParetoPicture.png(chart, techniques)));
      }
    }
    files.addAll(writeMaps(dir, "", depths));
    files.addAll(writeMaps(dir, "attention kept by ", recalls));
    return files;
  }

  private static List<Path> writeMaps(Path dir, String what, Map<TaskResult, List<HeatMap>> byTask)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<TaskResult, List<HeatMap>> maps : byTask.entrySet()) {
      TaskResult task = maps.getKey();
      for (HeatMap map : maps.getValue()) {
        String title = "%s%s: %s (%s)".formatted(what, map.title(), task.task(), task.model());
        files.add(Files.write(dir.resolve(map.file()), HeatPicture.png(map, title)));
      }
    }
    return files;
  }
}
