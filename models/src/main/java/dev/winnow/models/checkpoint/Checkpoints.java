package dev.winnow.models.checkpoint;

import dev.winnow.models.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens checkpoints of every registered {@link CheckpointFormat}. */
public final class Checkpoints {
  private static final int NAMES_SHOWN = 8;
  private static final List<String> PICKLED = List.of(".bin", ".pt", ".pth", ".ckpt", ".h5");

  private Checkpoints() {}

  /**
   * Opens a checkpoint, whatever its format; close it when its tensors are no longer read.
   *
   * @param path a Hugging Face model folder, a {@code .safetensors} file with {@code config.json}
   *     beside it, or a {@code .gguf} file
   * @throws CheckpointException if nothing is there, no format recognises it, or it is damaged
   */
  public static Checkpoint open(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointException(
          "No checkpoint at " + path + ": there is no such file or folder. Check the path.");
    }
    List<String> names = new ArrayList<>();
    for (CheckpointFormat format : ServiceLoader.load(CheckpointFormat.class)) {
      if (format.recognises(path)) {
        return format.open(path);
      }
      names.add(format.name());
    }
    throw new CheckpointException(unrecognised(path, names));
  }

  private static String unrecognised(Path path, List<String> formats) {
    String accepted =
        " Accepted: a folder with config.json and *.safetensors, one .safetensors file beside its"
            + " config.json, or one .gguf file (formats: "
            + formats.stream().sorted().collect(Collectors.joining(", "))
            + ").";
    if (!Files.isDirectory(path)) {
      return "No format recognises the file " + path + "." + advice(List.of(path)) + accepted;
    }
    List<Path> files = list(path);
    String found =
        files.isEmpty()
            ? "it is empty"
            : "it holds "
                + files.stream()
                    .limit(NAMES_SHOWN)
                    .map(file -> file.getFileName().toString())
                    .collect(Collectors.joining(", "))
                + (files.size() > NAMES_SHOWN ? ", ..." : "");
    return "No format recognises the folder "
        + path
        + ": "
        + found
        + "."
        + advice(files)
        + accepted;
  }

  private static String advice(List<Path> files) {
    for (Path file : files) {
      String name = file.getFileName() == null ? "" : file.getFileName().toString();
      String lower = name.toLowerCase(Locale.ROOT);
      if (PICKLED.stream().anyMatch(lower::endsWith)) {
        return " "
            + name
            + " is not read (loading pickles can run code): convert it to safetensors, for example"
            + " with save_pretrained(..., safe_serialization=True).";
      }
      if (lower.endsWith(".onnx")) {
        return " "
            + name
            + " is an exported graph, not a checkpoint: get the model's safetensors or GGUF files.";
      }
      if (lower.endsWith(".gguf")) {
        return " Name one .gguf file in it, such as " + file + ".";
      }
    }
    return "";
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().limit(10_000).toList();
    } catch (IOException e) {
      throw new CheckpointException("Cannot list the folder " + folder + ": " + e, e);
    }
  }
}
