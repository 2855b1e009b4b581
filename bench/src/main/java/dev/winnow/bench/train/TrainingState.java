package dev.winnow.bench.train;

import dev.winnow.bench.train.Parameter.Rule;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Everything a training needs to go on as if it had never stopped. */
final class TrainingState implements AutoCloseable {
  private static final String MAGIC = "winnow training state 1";

  private final List<Parameter> parameters;
  private final List<TorchTensor> weights = new ArrayList<>();
  private final List<TorchTensor> first = new ArrayList<>();
  private final List<TorchTensor> second = new ArrayList<>();
  private int step;
  private double cpuSeconds;

  private TrainingState(List<Parameter> parameters) {
    this.parameters = parameters;
  }

  /** The state before the first step. */
  static TrainingState initial(TorchScript script, List<Parameter> parameters, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TrainingState state = new TrainingState(parameters);
    for (Parameter parameter : parameters) {
      float[] values = new float[parameter.size()];
      for (int i = 0; i < values.length; i++) {
        double off = parameter.spread() == 0 ? 0 : parameter.spread() * random.nextGaussian();
        values[i] = (float) (parameter.start() + off);
      }
      float[] zeros = new float[parameter.size()];
      state.add(script, parameter, values, zeros, zeros);
    }
    return state;
  }

  private void add(TorchScript script, Parameter parameter, float[] w, float[] m, float[] v) {
    weights.add(script.floats(w, parameter.dimensions()));
    first.add(script.floats(m, parameter.dimensions()));
    if (parameter.rule() == Rule.ADAMW) {
      second.add(script.floats(v, parameter.dimensions()));
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param identity what was trained how; must be what it was
   * @throws IOException if the file cannot be read, is damaged or is of another training
   */
  static TrainingState read(
      TorchScript script, List<Parameter> parameters, Path file, String identity)
      throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (!in.readUTF().equals(MAGIC)) {
        throw new IOException(
            file + " is not a training state; delete it or choose another folder");
      }
      String found = in.readUTF();
      if (!found.equals(identity)) {
        throw new IOException(
            "%s belongs to another training (%s, not %s); delete it or choose another folder"
                .formatted(file, found, identity));
      }
      TrainingState state = new TrainingState(parameters);
      state.step = in.readInt();
      state.cpuSeconds = in.readDouble();
      for (Parameter parameter : parameters) {
        float[] w = floats(in, parameter.size());
        float[] m = floats(in, parameter.size());
        float[] v = parameter.rule() == Rule.ADAMW ? floats(in, parameter.size()) : new float[0];
        state.add(script, parameter, w, m, v);
      }
      return state;
    }
  }

  /** Replaces {@code file} in one move, so that a kill leaves the old or the new one. */
  void write(Path file, String identity) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
      out.writeUTF(MAGIC);
      out.writeUTF(identity);
      out.writeInt(step);
      out.writeDouble(cpuSeconds);
      int moment = 0;
      for (int i = 0; i < parameters.size(); i++) {
        write(out, weights.get(i));
        write(out, first.get(i));
        if (parameters.get(i).rule() == Rule.ADAMW) {
          write(out, second.get(moment++));
        }
      }
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static float[] floats(DataInputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(Math.multiplyExact(count, Float.BYTES));
    if (bytes.length != count * Float.BYTES) {
      throw new IOException("the training state is cut short; delete it to start again");
    }
    float[] values = new float[count];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  private static void write(DataOutputStream out, TorchTensor tensor) throws IOException {
    float[] values = tensor.toFloats();
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  List<Parameter> parameters() {
    return parameters;
  }

  /** In the order of the parameters. */
  List<TorchTensor> weights() {
    return Collections.unmodifiableList(weights);
  }

  /** First moments, or Muon's momenta, in the order of the parameters. */
  List<TorchTensor> first() {
    return Collections.unmodifiableList(first);
  }

  /** Second moments of the parameters that AdamW trains, in their order. */
  List<TorchTensor> second() {
    return Collections.unmodifiableList(second);
  }

  /** Elements of {@code all}, which is in the order of the parameters, that {@code rule} trains. */
  <T> List<T> trainedBy(Rule rule, List<T> all) {
    List<T> chosen = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).rule() == rule) {
        chosen.add(all.get(i));
      }
    }
    return chosen;
  }

  /** Steps done. */
  int step() {
    return step;
  }

  /** CPU seconds they took. */
  double cpuSeconds() {
    return cpuSeconds;
  }

  void stepDone(double seconds) {
    step++;
    cpuSeconds += seconds;
  }

  @Override
  public void close() {
    weights.forEach(TorchTensor::close);
    first.forEach(TorchTensor::close);
    second.forEach(TorchTensor::close);
  }
}
