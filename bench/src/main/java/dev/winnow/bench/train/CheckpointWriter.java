package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.torch.TorchTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a trained model as a folder in Hugging Face's layout. */
final class CheckpointWriter {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CheckpointWriter() {}

  /** Writes {@code documents}, by file name, and the weights into {@code folder}. */
  static void write(Path folder, Map<String, ObjectNode> documents, TrainingState state)
      throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, ObjectNode> document : documents.entrySet()) {
      String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document.getValue());
      Files.writeString(folder.resolve(document.getKey()), text + "\n", StandardCharsets.UTF_8);
    }
    List<float[]> values = state.weights().stream().map(TorchTensor::toFloats).toList();
    SafetensorsWriter.write(folder.resolve("model.safetensors"), state.parameters(), values);
  }
}
