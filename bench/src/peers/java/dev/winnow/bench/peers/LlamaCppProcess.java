package dev.winnow.bench.peers;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import de.kherud.llama.args.Sampler;
import dev.winnow.bench.grid.GridTest;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;

/**
 * The process that {@link LlamaCpp} talks to: {@code prepare TEST}, then {@code run} any number of
 * times, each answered with {@code ran NANOS TOKENS}.
 *
 * <p>Prompts are plain words of one token each. A prompt is timed from the call to the first token,
 * without its cache. Generation is timed from the first token, which ends the prompt, to the last:
 * one step per token after the first. Sampling is greedy.
 */
public final class LlamaCppProcess {
  private static final List<String> WORDS =
      List.of(" the", " house", " of", " time", " and", " water", " under", " light");

  private final LlamaModel model;
  private GridTest test;
  private String context;
  private String rest;
  private int runs;

  private LlamaCppProcess(LlamaModel model) {
    this.model = model;
  }

  /** Arguments: port, GGUF file, threads, type of keys and values, context, flash attention. */
  public static void main(String[] args) throws Exception {
    try (Channel channel =
        new Channel(new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))) {
      ModelParameters parameters =
          new ModelParameters()
              .setModel(args[1])
              .setThreads(Integer.parseInt(args[2]))
              .setThreadsBatch(Integer.parseInt(args[2]))
              .setCacheTypeK(CacheType.valueOf(args[3]))
              .setCacheTypeV(CacheType.valueOf(args[3]))
              .setCtxSize(Integer.parseInt(args[4]))
              .setParallel(1)
              .setGpuLayers(0);
      if (Boolean.parseBoolean(args[5])) {
        parameters.enableFlashAttn();
      }
      channel.receive();
      try (LlamaModel model = new LlamaModel(parameters)) {
        channel.send("ready");
        serve(channel, new LlamaCppProcess(model));
      } catch (RuntimeException e) {
        channel.send(e.toString());
      }
    }
  }

  private static void serve(Channel channel, LlamaCppProcess process) {
    for (String line = channel.receive(); line != null; line = channel.receive()) {
      channel.send(
          line.startsWith("prepare ") ? process.prepare(line.substring(8)) : process.run());
    }
  }

  private String prepare(String name) {
    test = GridTest.parse(name).get(0);
    // Generation re-evaluates the prompt's last token, so the prompt is one longer than the depth.
    boolean generates = test.kind() == GridTest.Kind.TG;
    context = words(test.depth() + (generates ? 1 : 0));
    rest = generates ? "" : words(test.tokens() - 1);
    int tokens = model.encode(prompt()).length;
    int wanted = test.depth() + (generates ? 1 : test.tokens());
    if (tokens != wanted) {
      return "the prompt has %d tokens, not %d".formatted(tokens, wanted);
    }
    if (test.depth() > 0) {
      Timing unused = generate(context, 1, true);
    }
    return "prepared";
  }

  /** Prompts behind a context differ in their first token, or the next would be in the cache. */
  private String prompt() {
    return test.kind() == GridTest.Kind.TG ? context : context + WORDS.get(runs++ % 2) + rest;
  }

  private String run() {
    return test.kind() == GridTest.Kind.TG ? runGeneration() : runPrompt();
  }

  private String runPrompt() {
    String prompt = prompt();
    long start = System.nanoTime();
    Timing timing = generate(prompt, 1, test.depth() > 0);
    return "ran %d %d".formatted(timing.firstNanos - start, test.tokens());
  }

  private String runGeneration() {
    Timing timing = generate(prompt(), test.tokens() + 1, true);
    return "ran %d %d".formatted(timing.lastNanos - timing.firstNanos, timing.tokens - 1);
  }

  /** When the first and the last token came, and how many there were. */
  private record Timing(long firstNanos, long lastNanos, int tokens) {}

  private Timing generate(String text, int tokens, boolean cachePrompt) {
    InferenceParameters parameters =
        new InferenceParameters(text)
            .setCachePrompt(cachePrompt)
            .setNPredict(tokens)
            .setIgnoreEos(true)
            .setSamplers(Sampler.TOP_K)
            .setTopK(1);
    long first = 0;
    long last = 0;
    int outputs = 0;
    LlamaIterator iterator = model.generate(parameters).iterator();
    while (iterator.hasNext()) {
      iterator.next();
      last = System.nanoTime();
      first = outputs++ == 0 ? last : first;
    }
    // One output per token, then one that ends the answer.
    return new Timing(first, last, outputs - 1);
  }

  private String words(int count) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }
}
