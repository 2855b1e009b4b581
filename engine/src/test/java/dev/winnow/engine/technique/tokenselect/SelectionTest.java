package dev.winnow.engine.technique.tokenselect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.cpu.CpuKernels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one layer reads; three sinks, six voted tokens and a window of eight. */
class SelectionTest {
  private static final int BUDGET = 17;

  private final CountingKernels kernels = new CountingKernels();

  private static KeyForm form(TokenSelectConfig config) {
    return config.positions() == Positions.COMPACT ? KeyForm.UNROTATED : KeyForm.ROTATED;
  }

  private static TokenSelectSession open(TokenSelectConfig config) {
    return new TokenSelectSession(config, 2);
  }

  private AttentionPlan plan(
      SyntheticLayer layer, TokenSelectConfig config, Phase phase, int length, int rows) {
    try (TokenSelectSession session = open(config)) {
      return session.plan(layer.request(form(config), phase, length, rows, kernels));
    }
  }

  private static int[][] lists(AttentionPlan plan) {
    assertThat(plan.segments()).hasSize(1);
    return ((KeyRows.Gathered) plan.segments().get(0).keys()).lists();
  }

  private int[] list(SyntheticLayer layer, TokenSelectConfig config, int length) {
    int[][] lists = lists(plan(layer, config, Phase.DECODE, length, 1));
    assertThat(lists).hasDimensions(1, BUDGET);
    return lists[0];
  }

  private int[] voted(SyntheticLayer layer, TokenSelectConfig config, int length) {
    return Arrays.copyOfRange(list(layer, config, length), 3, BUDGET - 8);
  }

  @Test
  void attentionIsDenseWhileTheBudgetCoversAllTokens() {
    SyntheticLayer layer = SyntheticLayer.grouped(1, 40);
    try (TokenSelectSession session = open(Configs.small())) {
      for (int length : new int[] {1, 8, 16, BUDGET}) {
        PlanRequest request = layer.request(KeyForm.UNROTATED, Phase.PREFILL, length, 1, kernels);
        assertThat(session.plan(request)).isSameAs(request.dense());
      }
      PlanRequest longer = layer.request(KeyForm.UNROTATED, Phase.PREFILL, BUDGET + 1, 1, kernels);
      assertThat(session.plan(longer)).isNotSameAs(longer.dense());
    }
  }

  @Test
  void attentionIsDenseBelowTheLengthThatIsAskedFor() {
    SyntheticLayer layer = SyntheticLayer.grouped(1, 60);
    try (TokenSelectSession session = open(Configs.small("dense_below: 50"))) {
      PlanRequest below = layer.request(KeyForm.UNROTATED, Phase.DECODE, 49, 1, kernels);
      assertThat(session.plan(below)).isSameAs(below.dense());
      PlanRequest at = layer.request(KeyForm.UNROTATED, Phase.DECODE, 50, 1, kernels);
      assertThat(session.plan(at)).isNotSameAs(at.dense());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 19, 100, 255, 256, 257, 600})
  void listsAscendFillTheBudgetAndHoldSinksAndWindow(int length) {
    SyntheticLayer layer = SyntheticLayer.grouped(2, 600);
    for (String more : List.of("vote: 'soft'", "vote: 'hard'", "vote: 'raw'", "pool: 5")) {
      int[] list = list(layer, Configs.small(more), length);
      for (int i = 1; i < list.length; i++) {
        assertThat(list[i]).isGreaterThan(list[i - 1]);
      }
      assertThat(list).startsWith(0, 1, 2);
      assertThat(list).endsWith(IntStream.range(length - 8, length).toArray());
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 2, 0", "4, 1, 0", "3, 3, 0", "9, 3, 0", "4, 2, 90"})
  void whatIsVotedForIsWhatTheDefinitionSays(int heads, int kvHeads, int slidingWindow) {
    SyntheticLayer layer = new SyntheticLayer(heads, 300, heads, kvHeads, 8, slidingWindow);
    for (String more :
        List.of(
            "vote: 'soft'",
            "vote: 'raw'",
            "pool: 3",
            "pool: 31",
            "lists: 'per_kv_head'",
            "lists: 'per_kv_head', vote: 'raw', pool: 3",
            "kv_map: 'published'",
            "positions: true",
            "positions: true, kv_map: 'published', vote: 'raw'")) {
      TokenSelectConfig config = Configs.small(more);
      ReferenceTokenSelect reference = new ReferenceTokenSelect(layer, config);
      for (int length : new int[] {70, 256, 300}) {
        for (int rows : new int[] {1, 5, 8}) {
          Phase phase = rows == 1 ? Phase.DECODE : Phase.PREFILL;
          assertThat(lists(plan(layer, config, phase, length, rows)))
              .as("%s, %d rows of %d", more, rows, length)
              .isDeepEqualTo(reference.lists(length, rows));
        }
      }
    }
  }

  @Test
  void hardVotesBreakTiesForTheEarlierToken() {
    SyntheticLayer layer = SyntheticLayer.grouped(5, 200);
    TokenSelectConfig config = Configs.small("vote: 'hard'");
    assertThat(lists(plan(layer, config, Phase.DECODE, 200, 1)))
        .isDeepEqualTo(new ReferenceTokenSelect(layer, config).lists(200, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void outputsAreThoseOfTheDefinition(boolean vectorised) {
    SyntheticLayer layer = SyntheticLayer.grouped(6, 300);
    try (Kernels own = vectorised ? new CpuKernels(2) : new PlainKernels()) {
      for (String more : List.of("pool: 1", "lists: 'per_kv_head'")) {
        TokenSelectConfig config = Configs.small(more);
        try (TokenSelectSession session = open(config)) {
          for (int rows : new int[] {1, 3, 8}) {
            double[][] expected = new ReferenceTokenSelect(layer, config).attend(290, rows);
            float[] got = attend(session, layer, rows, own);
            for (int i = 0; i < got.length; i++) {
              assertThat((double) got[i])
                  .isCloseTo(
                      expected[i / expected[0].length][i % expected[0].length], within(1e-4));
            }
          }
        }
      }
    }
  }

  private static float[] attend(
      TokenSelectSession session, SyntheticLayer layer, int rows, Kernels own) {
    PlanRequest request = layer.request(KeyForm.UNROTATED, Phase.PREFILL, 290, rows, own);
    int elements = rows * layer.heads * layer.headDim;
    try (Buffer output = Buffer.allocate(DType.F32, elements)) {
      own.attend(
          session.plan(request),
          request.cache(),
          AttentionOutput.of(HeadsView.dense(output, rows, layer.heads, layer.headDim)));
      return output.toFloats(0, elements);
    }
  }

  @Test
  void laterTokensOfAChunkInfluenceEarlierOnesByTheVoteOnly() {
    SyntheticLayer layer = SyntheticLayer.grouped(6, 300);
    try (TokenSelectSession session = open(Configs.small())) {
      float[] before = attend(session, layer, 8, kernels);
      Arrays.fill(layer.values[289], 50);
      float[] after = attend(session, layer, 8, kernels);
      int row = layer.heads * layer.headDim;
      assertThat(Arrays.copyOf(after, 7 * row)).isEqualTo(Arrays.copyOf(before, 7 * row));
      assertThat(after).isNotEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 100, 5000})
  void noPositionReachesTheBudget(int length) {
    SyntheticLayer layer = SyntheticLayer.grouped(3, length);
    for (int rows : new int[] {1, 8}) {
      PlanRequest request = layer.request(KeyForm.UNROTATED, Phase.PREFILL, length, rows, kernels);
      kernels.largestPosition = -1;
      try (TokenSelectSession session = open(Configs.small())) {
        AttentionPlan plan = session.plan(request);
        KeyRotation rotation = plan.segments().get(0).keyRotation();
        assertThat(rotation).isInstanceOf(KeyRotation.CompactRank.class);
        assertThat(((KeyRotation.CompactRank) rotation).first()).isZero();
        assertThat(lists(plan)[0]).hasSize(BUDGET);
        assertThat(kernels.largestPosition).isEqualTo(BUDGET - 1);
      }
    }
  }

  @Test
  void aPromptChunkOfOneTokenReadsWhatAGeneratedTokenDoes() {
    SyntheticLayer layer = SyntheticLayer.grouped(4, 100);
    AttentionPlan prefill = plan(layer, Configs.small(), Phase.PREFILL, 100, 1);
    AttentionPlan decode = plan(layer, Configs.small(), Phase.DECODE, 100, 1);
    assertThat(lists(prefill)).isDeepEqualTo(lists(decode));
  }

  @Test
  void withOneHeadAllVotesAgree() {
    SyntheticLayer layer = new SyntheticLayer(8, 200, 1, 1, 8, 0);
    int[] soft = voted(layer, Configs.small("vote: 'soft'"), 200);
    assertThat(voted(layer, Configs.small("vote: 'hard'"), 200)).isEqualTo(soft);
    assertThat(voted(layer, Configs.small("vote: 'raw'"), 200)).isEqualTo(soft);
  }

  @Test
  void bothKeyMapsAgreeWhereThereIsNothingToConfuse() {
    for (int[] shape : new int[][] {{4, 1}, {4, 4}}) {
      SyntheticLayer layer = new SyntheticLayer(9, 200, shape[0], shape[1], 8, 0);
      assertThat(voted(layer, Configs.small("kv_map: 'published'"), 200))
          .isEqualTo(voted(layer, Configs.small(), 200));
    }
    SyntheticLayer grouped = SyntheticLayer.grouped(9, 200);
    assertThat(voted(grouped, Configs.small("kv_map: 'published'"), 200))
        .isNotEqualTo(voted(grouped, Configs.small(), 200));
  }

  @Test
  void aLoudHeadDecidesARawVoteAloneButHasOneSoftVoteLikeAnyOther() {
    SyntheticLayer layer = SyntheticLayer.grouped(10, 200);
    // Every head but the loud one has a token of its own; the six seats have room for all.
    int[] wanted = {0, 40, 80, 120};
    for (int head = 1; head < 4; head++) {
      plant(layer, 199, head, wanted[head], 6);
    }
    for (int d = 0; d < 8; d++) {
      layer.queries[199][d] *= 100;
    }
    SyntheticLayer alone = new SyntheticLayer(10, 200, 1, 1, 8, 0);
    System.arraycopy(layer.queries[199], 0, alone.queries[199], 0, 8);
    for (int t = 0; t < 200; t++) {
      System.arraycopy(layer.keys[t], 0, alone.keys[t], 0, 8);
    }
    assertThat(voted(layer, Configs.small("vote: 'raw'"), 200))
        .isEqualTo(voted(alone, Configs.small("vote: 'raw'"), 200));
    assertThat(voted(layer, Configs.small(), 200)).contains(40, 80, 120);
  }

  /** Makes the key of {@code token} look like what {@code head} of {@code query} looks for. */
  private static void plant(SyntheticLayer layer, int query, int head, int token, float factor) {
    PlainKernels plain = new PlainKernels();
    float[] q = Arrays.copyOfRange(layer.queries[query], head * 8, head * 8 + 8);
    try (Buffer turned = Buffer.of(q)) {
      plain.rotate(HeadsView.dense(turned, 1, 1, 8), layer.spec().rotary(), 8);
      int kvHead = head / (layer.heads / layer.kvHeads);
      for (int d = 0; d < 8; d++) {
        layer.keys[token][kvHead * 8 + d] = factor * turned.getFloat(d);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 64, 255, 291})
  void aNeedleThatOneHeadLooksForIsReadWithASingleSeat(int needle) {
    SyntheticLayer layer = SyntheticLayer.grouped(11, 300);
    plant(layer, 299, 2, needle, 20);
    int[] list = lists(plan(layer, Configs.small("token_budget: 12"), Phase.DECODE, 300, 1))[0];
    assertThat(list).hasSize(12);
    assertThat(list[3]).isEqualTo(needle);
  }

  @Test
  void aVoteIgnoresWhereCandidatesStand() {
    SyntheticLayer layer = SyntheticLayer.grouped(12, 200);
    int[] before = voted(layer, Configs.small(), 200);
    // Candidates are tokens 3 to 191: rotate them by 50 places.
    float[][] keys = layer.keys.clone();
    for (int i = 0; i < 189; i++) {
      layer.keys[3 + (i + 50) % 189] = keys[3 + i];
    }
    int[] moved = Arrays.stream(before).map(t -> 3 + (t - 3 + 50) % 189).sorted().toArray();
    assertThat(voted(layer, Configs.small(), 200)).isEqualTo(moved);
  }

  @Test
  void withTruePositionsKeysAreReadAsStoredAndDenselyWhereVotingDoesNotPay() {
    SyntheticLayer layer = SyntheticLayer.grouped(13, 200);
    TokenSelectConfig config = Configs.small("positions: true");
    AttentionPlan sparse = plan(layer, config, Phase.DECODE, 200, 1);
    assertThat(sparse.segments().get(0).keyRotation()).isEqualTo(KeyRotation.AS_STORED);
    try (TokenSelectSession session = open(config)) {
      assertThat(session.keyForm()).isEqualTo(KeyForm.ROTATED);
      // One row: 24 candidates and 2 * 17 keys and values are 57 reads, 2 * 35 are 70; at 23
      // tokens 12 and 34 are as many as the 46 of dense attention.
      PlanRequest pays = layer.request(KeyForm.ROTATED, Phase.DECODE, 35, 1, kernels);
      assertThat(session.plan(pays)).isNotSameAs(pays.dense());
      PlanRequest even = layer.request(KeyForm.ROTATED, Phase.DECODE, 23, 1, kernels);
      assertThat(session.plan(even)).isSameAs(even.dense());
      PlanRequest shared = layer.request(KeyForm.ROTATED, Phase.PREFILL, 23, 8, kernels);
      assertThat(session.plan(shared)).isNotSameAs(shared.dense());
    }
  }

  @Test
  void pooledVotesCarryTheNeighboursOfANeedle() {
    SyntheticLayer layer = SyntheticLayer.grouped(14, 300);
    for (int head = 0; head < 4; head += 2) {
      plant(layer, 299, head, 100, 20);
      plant(layer, 299, head + 1, 100, 20);
    }
    int[] voted = voted(layer, Configs.small("pool: 5"), 300);
    assertThat(voted).contains(98, 99, 100, 101, 102);
  }

  @Test
  void poolingIsTheLargestValueInReachAtEveryWidth() {
    Random random = new Random(15);
    float[] values = new float[37];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(20);
    }
    for (int width : new int[] {1, 3, 5, 35, 37, 73, 75, 1001}) {
      try (Buffer buffer = Buffer.of(values)) {
        new MaxPool(width).apply(buffer, 2, 33);
        for (int i = 0; i < 33; i++) {
          float expected = 0;
          for (int n = Math.max(0, i - width / 2); n <= Math.min(32, i + width / 2); n++) {
            expected = Math.max(expected, values[2 + n]);
          }
          assertThat(buffer.getFloat(2 + i)).isEqualTo(expected);
        }
        assertThat(buffer.getFloat(1)).isEqualTo(values[1]);
        assertThat(buffer.getFloat(35)).isEqualTo(values[35]);
      }
    }
  }
}
