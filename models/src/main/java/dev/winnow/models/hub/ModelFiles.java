package dev.winnow.models.hub;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which files of a repository make a checkpoint Winnow can load. */
final class ModelFiles {
  static final String CONFIG = "config.json";
  static final String INDEX = "model.safetensors.index.json";
  static final String SAFETENSORS = ".safetensors";
  static final String GGUF = ".gguf";

  private static final Pattern SIDE_FILE =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer[A-Za-z0-9_.-]*\\.json"
              + "|special_tokens_map\\.json|added_tokens\\.json|chat_template[A-Za-z0-9_.-]*"
              + "|vocab\\.(json|txt)|merges\\.txt|preprocessor_config\\.json"
              + "|processor_config\\.json|[A-Za-z0-9_.-]+\\.safetensors\\.index\\.json");
  private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
  private static final Pattern PICKLE = Pattern.compile(".*\\.(bin|pt|pth|ckpt)");

  private ModelFiles() {}

  /** Whether a file beside the weights is needed: configs, tokenizer, chat template, index. */
  static boolean isSideFile(String name) {
    return SIDE_FILE.matcher(name).matches();
  }

  /**
   * Chooses the files to fetch, weights last so that a folder with weights is a whole one.
   *
   * @param id the repository, for messages
   * @param files all names in it
   * @param file the one GGUF file asked for, if any
   */
  static List<String> choose(ModelId id, List<String> files, Optional<String> file) {
    List<String> ggufs = files.stream().filter(f -> f.endsWith(GGUF)).sorted().toList();
    if (file.isPresent()) {
      return List.of(named(id, ggufs, file.get()));
    }
    List<String> top = files.stream().filter(f -> f.indexOf('/') < 0).sorted().toList();
    List<String> weights = safetensors(top);
    if (!weights.isEmpty()) {
      if (!top.contains(CONFIG)) {
        throw new HubException(
            "%s has weights (%s) but no config.json, so it is not a whole model (an adapter?);"
                    .formatted(id, weights.get(0))
                + " name the repository of the model itself");
      }
      return Stream.concat(top.stream().filter(ModelFiles::isSideFile), weights.stream()).toList();
    }
    if (ggufs.size() == 1) {
      return ggufs;
    }
    if (!ggufs.isEmpty()) {
      throw new HubException(
          "%s holds %d GGUF files; choose one with --file: %s"
              .formatted(id, ggufs.size(), String.join(", ", ggufs)));
    }
    throw withoutWeights(id, files);
  }

  private static String named(ModelId id, List<String> ggufs, String file) {
    if (!ggufs.contains(file)) {
      throw new HubException(
          "%s has no GGUF file '%s'; it has: %s"
              .formatted(
                  id,
                  FileNames.shown(file),
                  ggufs.isEmpty() ? "no GGUF file at all" : String.join(", ", ggufs)));
    }
    return file;
  }

  /** The model's own weights: some repositories also hold a second copy or adapters. */
  private static List<String> safetensors(List<String> top) {
    List<String> all = top.stream().filter(f -> f.endsWith(SAFETENSORS)).toList();
    List<String> shards = all.stream().filter(f -> SHARD.matcher(f).matches()).toList();
    if (top.contains(INDEX) && !shards.isEmpty()) {
      return shards;
    }
    String single = "model" + SAFETENSORS;
    return all.contains(single) ? List.of(single) : all;
  }

  private static HubException withoutWeights(ModelId id, List<String> files) {
    Optional<String> pickle = files.stream().filter(f -> PICKLE.matcher(f).matches()).findFirst();
    if (pickle.isPresent()) {
      return new HubException(
          "%s holds its weights only as a PyTorch pickle (%s), which can run code when it is read;"
                  .formatted(id, FileNames.shown(pickle.get()))
              + " Winnow reads safetensors and GGUF. Use a revision that has safetensors, such as"
              + " ORG/NAME@refs/pr/1, or convert it");
    }
    return new HubException(
        "%s holds no weights: no *.safetensors and no *.gguf among its %d files"
            .formatted(id, files.size()));
  }
}
