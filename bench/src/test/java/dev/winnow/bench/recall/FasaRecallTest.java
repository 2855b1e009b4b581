package dev.winnow.bench.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Session;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.engine.technique.fasa.CalibrationText;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.engine.technique.fasa.Fasa;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import dev.winnow.engine.technique.fasa.FasaCalibrator;
import dev.winnow.engine.technique.fasa.MeanAgreement;
import dev.winnow.models.hub.ModelRequest;
import dev.winnow.models.hub.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** FASA on the recall checkpoint: its calibration, and what it remembers. */
class FasaRecallTest {
  private static final int TOKENS = 512;
  private static final int NEEDLES = 8;
  private static final int BUDGET = 64;
  private static final int CHUNKS = 4;

  /** The built-in calibrations were measured on these many sequences of this seed. */
  private static final int CALIBRATION_TEXTS = 6;

  private static final long CALIBRATION_SEED = 1234;
  private static final int CALIBRATION_STEPS = 240;

  @TempDir static Path home;
  @TempDir Path temp;

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    ModelRequest request =
        new ModelRequest(Map.of(), home, Optional.empty(), false, ProgressListener.silent());
    model =
        LanguageModel.load("reference:recall", ModelOptions.builder().threads(1).build(), request);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @EnumSource(value = ChunkPairing.class, names = "TRUE_PAIR")
  void the_calibration_that_comes_with_the_checkpoint_can_be_measured_again(ChunkPairing pairing)
      throws IOException {
    FasaCalibration builtIn = Fasa.builtInCalibration(model.fingerprint(), pairing);
    RecallData data = new RecallData(CALIBRATION_SEED);
    List<CalibrationText> texts =
        IntStream.range(0, CALIBRATION_TEXTS)
            .mapToObj(i -> data.next(RecallTask.needles(TOKENS, NEEDLES)).ids())
            .map(ids -> CalibrationText.of("recall, seed " + CALIBRATION_SEED, ids))
            .toList();
    FasaCalibration again =
        new FasaCalibrator(
                model,
                "reference:recall",
                new FasaCalibrator.Options(
                    pairing, BUDGET, CALIBRATION_TEXTS * (TOKENS + 1), CALIBRATION_STEPS))
            .run(texts, temp.resolve("partial"), () -> false, progress -> {})
            .orElseThrow();

    assertThat(again.corpus()).isEqualTo(builtIn.corpus());
    assertThat(again.steps()).isEqualTo(builtIn.steps());
    MeanAgreement numbers = again.agreement();
    for (int layer = 0; layer < numbers.layers(); layer++) {
      for (int head = 0; head < numbers.heads(); head++) {
        for (int chunk = 0; chunk < numbers.chunks(); chunk++) {
          // Other machines sum in another order, which swaps a few keys of nearly equal score.
          assertThat(numbers.of(layer, head, chunk))
              .isCloseTo(builtIn.agreement().of(layer, head, chunk), within(0.01f));
        }
      }
    }
  }

  @Test
  void few_chunks_lose_facts_when_the_first_layer_selects_too() {
    double plain = recall(fasa("'dense_layers': []"));

    assertThat(recall(null)).isGreaterThan(0.97);
    assertThat(plain).isLessThan(0.85);
  }

  @Test
  void a_dense_first_layer_repairs_it() {
    assertThat(recall(fasa("'dense_layers': [0]"))).isGreaterThan(0.88);
  }

  @Test
  void sinks_and_a_window_inside_the_budget_repair_it_as_well() {
    assertThat(recall(fasa("'dense_layers': [], 'sinks': 4, 'window': 16"))).isGreaterThan(0.88);
  }

  private static Technique fasa(String more) {
    String section =
        "{'token_budget': %d, 'chunks': %d, 'break_even': false, %s}"
            .formatted(BUDGET, CHUNKS, more)
            .replace('\'', '"');
    try {
      ObjectNode parameters = (ObjectNode) new ObjectMapper().readTree(section);
      return Techniques.load().create("fasa", parameters, "test");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The share of questions answered, with the question and the answer decoded token by token. */
  private static double recall(Technique technique) {
    RecallData data = new RecallData(987654);
    int asked = 0;
    int right = 0;
    for (int i = 0; i < 6; i++) {
      RecallExample example = data.next(RecallTask.needles(TOKENS, NEEDLES));
      int[] context = Arrays.copyOf(example.ids(), example.questions().getFirst().start());
      List<Technique> techniques = technique == null ? List.of() : List.of(technique);
      try (Session session = model.openSession(techniques).append(context)) {
        for (Question question : example.questions()) {
          asked++;
          right += answers(session, example, question) ? 1 : 0;
        }
      }
    }
    return (double) right / asked;
  }

  private static boolean answers(Session context, RecallExample example, Question question) {
    int[] best = new int[1];
    try (Session fork = context.fork()) {
      for (int i = question.start(); i < question.end() - 1; i++) {
        fork.scoreNext(example.ids()[i], (position, logits) -> best[0] = argmax(logits));
        if (i + 1 >= question.answer() && best[0] != example.ids()[i + 1]) {
          return false;
        }
      }
      return true;
    }
  }

  private static int argmax(float[] logits) {
    return IntStream.range(1, logits.length).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
  }
}
