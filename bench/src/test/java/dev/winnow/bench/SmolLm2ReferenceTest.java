package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.testing.NeedsShared;
import dev.winnow.models.testing.SharedFolder;
import dev.winnow.models.text.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SmolLM2-135M-Instruct, a real chat model, against what Hugging Face transformers computed in
 * float32 from the dequantised weights of the same GGUF file. Skipped where the folder of large
 * fixtures is absent; what was measured goes into the test report.
 */
@NeedsShared({
  "models/SmolLM2-135M-Instruct.Q4_1.gguf",
  "models/smollm2-135m.expected.json",
  "text/pride-and-prejudice.txt"
})
class SmolLm2ReferenceTest {
  /** Steps whose two best logits lie closer than this may be decided by rounding. */
  private static final double DECIDED = 0.01;

  private static final int CHUNK = 256;

  private static final Map<WeightFormat, LanguageModel> MODELS = new EnumMap<>(WeightFormat.class);
  private static JsonNode expected;
  private static int[] book;

  @BeforeAll
  static void load() throws IOException {
    Path gguf = SharedFolder.require("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    Path text = SharedFolder.require("text/pride-and-prejudice.txt");
    expected =
        new ObjectMapper()
            .readTree(SharedFolder.require("models/smollm2-135m.expected.json").toFile());
    for (WeightFormat weights : WeightFormat.values()) {
      ModelOptions options =
          ModelOptions.builder().weights(weights).kv(DType.F32).prefillChunk(CHUNK).build();
      MODELS.put(weights, LanguageModel.load(gguf, options));
    }
    int[] all = MODELS.get(WeightFormat.F32).encode(Prompt.of(Files.readString(text)));
    book = Arrays.copyOf(all, expected.at("/perplexity/tokens").intValue());
  }

  @AfterAll
  static void close() {
    MODELS.values().forEach(LanguageModel::close);
    MODELS.clear();
  }

  static Stream<Arguments> formatsAndCases() {
    return Stream.of(WeightFormat.F32, WeightFormat.F16)
        .flatMap(
            weights ->
                IntStream.range(0, expected.get("cases").size())
                    .mapToObj(index -> Arguments.of(weights, index)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndCases")
  void continuesAPromptAsHuggingFaceDoes(WeightFormat weights, int index) {
    JsonNode recorded = expected.get("cases").get(index);
    LanguageModel model = MODELS.get(weights);
    Prompt prompt = prompt(recorded);

    int[] ids = model.encode(prompt);
    assertThat(ids).isEqualTo(ints(recorded.get("prompt_ids")));

    int[] greedy = ints(recorded.get("greedy_ids"));
    List<Integer> generated =
        model
            .generate(prompt, GenerationConfig.builder().maxNewTokens(greedy.length).build())
            .generatedIds();
    int[] got = generated.stream().mapToInt(Integer::intValue).toArray();
    int decided = decided(recorded.get("margins"));
    assertThat(Arrays.copyOf(got, Math.min(decided, got.length)))
        .isEqualTo(Arrays.copyOf(greedy, decided));
    System.out.printf(
        "SmolLM2-135M-Instruct, weights %s, case %d: greedy %d of %d the same, %d decided by more"
            + " than %s%n",
        weights.label(), index, same(got, greedy), greedy.length, decided, DECIDED);
  }

  @ParameterizedTest
  @MethodSource("formatsAndCases")
  void givesTheTenMostLikelyNextTokensTheLogitsOfHuggingFace(WeightFormat weights, int index) {
    JsonNode recorded = expected.get("cases").get(index);
    LanguageModel model = MODELS.get(weights);

    float[] logits = lastLogits(model, ints(recorded.get("prompt_ids")));

    double largest = 0;
    for (JsonNode entry : recorded.get("last_logits_top10")) {
      double logit = logits[entry.get(0).intValue()];
      largest = Math.max(largest, Math.abs(logit - entry.get(1).doubleValue()));
    }
    System.out.printf(
        "SmolLM2-135M-Instruct, weights %s, case %d: logits of the first ten within %.2e%n",
        weights.label(), index, largest);
    // Logits are around 25: float32 sums in another order, and weights rounded by up to 2^-11.
    assertThat(largest).isLessThan(weights == WeightFormat.F32 ? 1e-3 : 2.5e-2);
  }

  @Test
  void readsTheBookAsTheSameTokens() {
    assertThat(Arrays.copyOf(book, 8)).isEqualTo(ints(expected.at("/perplexity/first_ids")));
    assertThat(Arrays.copyOfRange(book, book.length - 8, book.length))
        .isEqualTo(ints(expected.at("/perplexity/last_ids")));
  }

  @Test
  void isAsSurprisedByABookWithSixteenBitWeights() {
    Perplexity result = measure(WeightFormat.F16, Optional.empty());

    report(WeightFormat.F16, result);
    assertThat(result.meanNll()).isCloseTo(meanNll(), within(1e-3));
  }

  @Test
  void isAsSurprisedByABookInFloat32AndHardlyMoreWithEightBitWeights() {
    Perplexity result = measure(WeightFormat.INT8, Optional.of(WeightFormat.F32));

    report(WeightFormat.INT8, result);
    Perplexity.Against float32 = result.against().orElseThrow();
    assertThat(float32.meanNll()).isCloseTo(meanNll(), within(1e-3));
    assertThat(result.ratio().orElseThrow()).isLessThanOrEqualTo(1.01);
    assertThat(float32.top1Agreement()).isGreaterThanOrEqualTo(0.955);
  }

  private static double meanNll() {
    return expected.at("/perplexity/mean_nll").doubleValue();
  }

  private static Perplexity measure(WeightFormat weights, Optional<WeightFormat> against) {
    LanguageModel model = MODELS.get(weights);
    LanguageModel other = MODELS.get(against.orElse(weights));
    int vocabSize = model.config().vocabSize();
    try (Session session = model.openSession();
        Session reference = other.openSession()) {
      return Perplexity.measure(
          TokenScorer.of(session, vocabSize),
          against.map(unused -> TokenScorer.of(reference, vocabSize)),
          book,
          Perplexity.Feeding.prefill(CHUNK));
    }
  }

  private static float[] lastLogits(LanguageModel model, int[] ids) {
    float[] last = new float[model.config().vocabSize()];
    try (Session session = model.openSession()) {
      session.score(
          ids,
          (position, logits) -> {
            if (position == ids.length - 1) {
              System.arraycopy(logits, 0, last, 0, last.length);
            }
          });
    }
    return last;
  }

  private static Prompt prompt(JsonNode recorded) {
    String text = recorded.get("prompt").textValue();
    return recorded.get("kind").textValue().equals("chat")
        ? Prompt.of(List.of(ChatMessage.user(text)))
        : Prompt.of(text);
  }

  /** Steps before the first that rounding may decide. */
  private static int decided(JsonNode margins) {
    int step = 0;
    while (step < margins.size() && margins.get(step).doubleValue() >= DECIDED) {
      step++;
    }
    return step;
  }

  private static int same(int[] got, int[] wanted) {
    int mismatch = Arrays.mismatch(got, wanted);
    return mismatch < 0 ? wanted.length : mismatch;
  }

  private static int[] ints(JsonNode list) {
    List<Integer> ids = new ArrayList<>();
    list.forEach(id -> ids.add(id.intValue()));
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void report(WeightFormat weights, Perplexity result) {
    System.out.printf(
        "SmolLM2-135M-Instruct, weights %s, kv f32: mean NLL %.6f over %d tokens (transformers"
            + " %.6f)%n",
        weights.label(), result.meanNll(), result.tokens(), meanNll());
    result
        .against()
        .ifPresent(
            other ->
                System.out.printf(
                    "  against weights f32, kv f32: mean NLL %.6f, perplexity x %.5f, top-1 %.4f,"
                        + " mean divergence %.2e%n",
                    other.meanNll(),
                    result.ratio().orElseThrow(),
                    other.top1Agreement(),
                    other.meanKl()));
  }
}
