package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.RotaryConfig.Pairing;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens a generated one reads. */
class FasaSelectionTest {
  private static final int HEAD_DIM = LayerFixture.HEAD_DIM;
  private static final int[] ALL = {0, 1, 2, 3};

  /** Longer than a page of the cache. */
  private static final int ROWS = 300;

  @ParameterizedTest
  @EnumSource(DType.class)
  void each_query_head_reads_the_tokens_that_its_own_chunks_score_highest(DType dtype) {
    if (!dtype.isFloat()) {
      return;
    }
    try (LayerFixture layer = new LayerFixture(4, 2, 0, Pairing.HALF_SPLIT, dtype);
        TechniqueSession session =
            layer.open(
                Configs.published(7, 2),
                LayerFixture.preferring(
                    new int[] {0, 1}, new int[] {1, 3}, new int[] {2, 3}, new int[] {0, 2}))) {
      layer.append(LayerFixture.random(ROWS, 2, 1), session);
      float[] query = LayerFixture.random(1, 4, 2);

      int[][] lists = layer.lists(session, query);

      assertThat(lists).hasDimensions(4, 7);
      int[][] chunks = {{0, 1}, {1, 3}, {2, 3}, {0, 2}};
      for (int head = 0; head < 4; head++) {
        assertThat(lists[head])
            .isEqualTo(layer.expected(query, head, chunks[head], ChunkPairing.TRUE_PAIR, 7));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HALF_SPLIT, TRUE_PAIR",
    "HALF_SPLIT, ADJACENT",
    "INTERLEAVED, TRUE_PAIR",
    "INTERLEAVED, ADJACENT"
  })
  void all_chunks_together_choose_like_the_whole_dot_product(Pairing layout, ChunkPairing pairing) {
    try (LayerFixture layer = new LayerFixture(3, 1, 0, layout, DType.F32);
        TechniqueSession session =
            layer.open(
                Configs.published(9, 4, "'pairing': '%s'".formatted(pairing.label())),
                LayerFixture.preferring(ALL, ALL, ALL))) {
      layer.append(LayerFixture.random(ROWS, 1, 3), session);
      float[] query = LayerFixture.random(1, 3, 4);

      int[][] lists = layer.lists(session, query);

      for (int head = 0; head < 3; head++) {
        assertThat(lists[head]).isEqualTo(layer.expected(query, head, ALL, pairing, 9));
      }
    }
  }

  @Test
  void the_layout_of_rotary_pairs_makes_no_difference_but_to_where_they_lie() {
    float[] keys = LayerFixture.random(ROWS, 2, 5);
    float[] query = LayerFixture.random(1, 2, 6);
    int[] chunks = {1, 2};
    try (LayerFixture halves = new LayerFixture(2, 2);
        LayerFixture neighbours = new LayerFixture(2, 2, 0, Pairing.INTERLEAVED, DType.F32);
        TechniqueSession one =
            halves.open(Configs.published(11, 2), LayerFixture.preferring(chunks, chunks));
        TechniqueSession other =
            neighbours.open(Configs.published(11, 2), LayerFixture.preferring(chunks, chunks))) {
      halves.append(keys, one);
      neighbours.append(interleaved(keys), other);

      assertThat(neighbours.lists(other, interleaved(query))).isEqualTo(halves.lists(one, query));
    }
  }

  /** Puts dimension i + d/2 of every head behind dimension i. */
  private static float[] interleaved(float[] halfSplit) {
    float[] moved = new float[halfSplit.length];
    for (int i = 0; i < moved.length; i++) {
      int dim = i % HEAD_DIM;
      moved[i - dim + (dim % LayerFixture.CHUNKS) * 2 + dim / LayerFixture.CHUNKS] = halfSplit[i];
    }
    return moved;
  }

  @Test
  void moving_tokens_moves_the_choice_and_leaves_the_result() {
    float[] query = LayerFixture.random(1, 2, 8);
    float[] keys = LayerFixture.random(ROWS, 1, 7);
    MeanAgreement agreement = LayerFixture.preferring(new int[] {0, 3}, new int[] {1, 2});
    try (LayerFixture layer = new LayerFixture(2, 1);
        LayerFixture turned = new LayerFixture(2, 1);
        TechniqueSession session = layer.open(Configs.published(10, 2), agreement);
        TechniqueSession other = turned.open(Configs.published(10, 2), agreement)) {
      layer.append(keys, session);
      turned.append(reversed(keys), other);

      int[][] lists = layer.lists(session, query);
      int[][] moved = turned.lists(other, query);

      for (int head = 0; head < 2; head++) {
        int[] back = Arrays.stream(moved[head]).map(row -> ROWS - 1 - row).sorted().toArray();
        assertThat(back).isEqualTo(lists[head]);
      }
    }
  }

  private static float[] reversed(float[] keys) {
    float[] turned = new float[keys.length];
    for (int row = 0; row < ROWS; row++) {
      System.arraycopy(keys, row * HEAD_DIM, turned, (ROWS - 1 - row) * HEAD_DIM, HEAD_DIM);
    }
    return turned;
  }

  @Test
  void the_length_of_a_query_does_not_matter() {
    try (LayerFixture layer = new LayerFixture(2, 1);
        TechniqueSession session =
            layer.open(
                Configs.published(10, 1), LayerFixture.preferring(new int[] {1}, new int[] {2}))) {
      layer.append(LayerFixture.random(ROWS, 1, 9), session);
      float[] query = LayerFixture.random(1, 2, 10);
      float[] longer = query.clone();
      for (int i = 0; i < longer.length; i++) {
        longer[i] *= 8;
      }

      assertThat(layer.lists(session, longer)).isEqualTo(layer.lists(session, query));
    }
  }

  @Test
  void with_one_query_head_per_key_head_all_ways_to_share_choose_the_same() {
    float[] keys = LayerFixture.random(ROWS, 3, 11);
    // Long queries: a softmax would give most tokens no vote at all.
    float[] query = LayerFixture.random(1, 3, 12);
    for (int i = 0; i < query.length; i++) {
      query[i] *= 200;
    }
    MeanAgreement agreement =
        LayerFixture.preferring(new int[] {0, 1}, new int[] {1, 2}, new int[] {2, 3});
    try (LayerFixture layer = new LayerFixture(3, 3);
        TechniqueSession published = layer.open(Configs.published(20, 2), agreement);
        TechniqueSession sharedSets =
            layer.open(Configs.of(20, 2, Sets.PER_KV_HEAD, Lists.PER_QUERY_HEAD), agreement);
        TechniqueSession sharedLists =
            layer.open(Configs.of(20, 2, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD), agreement)) {
      layer.append(keys, published, sharedSets, sharedLists);

      int[][] lists = layer.lists(published, query);

      assertThat(layer.lists(sharedSets, query)).isEqualTo(lists);
      assertThat(layer.lists(sharedLists, query)).isEqualTo(lists);
    }
  }

  @Test
  void repeating_keys_for_every_query_head_as_the_published_code_does_changes_nothing() {
    float[] keys = LayerFixture.random(ROWS, 2, 13);
    float[] query = LayerFixture.random(1, 4, 14);
    MeanAgreement agreement =
        LayerFixture.preferring(
            new int[] {0, 1}, new int[] {1, 2}, new int[] {2, 3}, new int[] {0, 3});
    float[] repeated = new float[2 * keys.length];
    for (int head = 0; head < ROWS * 4; head++) {
      System.arraycopy(keys, head / 2 * HEAD_DIM, repeated, head * HEAD_DIM, HEAD_DIM);
    }
    try (LayerFixture grouped = new LayerFixture(4, 2);
        LayerFixture single = new LayerFixture(4, 4);
        TechniqueSession one = grouped.open(Configs.published(15, 2), agreement);
        TechniqueSession other = single.open(Configs.published(15, 2), agreement)) {
      grouped.append(keys, one);
      single.append(repeated, other);

      assertThat(single.lists(other, query)).isEqualTo(grouped.lists(one, query));
    }
  }

  @Test
  void a_shared_list_is_chosen_by_the_sum_of_the_softmaxes_of_its_heads() {
    try (LayerFixture layer = new LayerFixture(2, 1);
        TechniqueSession session =
            layer.open(
                Configs.of(2, 1, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD),
                LayerFixture.preferring(new int[] {0}, new int[] {0}))) {
      // Chunk 0 is dimensions 0 and 4; rows 1 and 3 please head 0, row 2 pleases head 1.
      layer.append(keysWith(new float[][] {{0, 0}, {3, 0}, {0, 3}, {2.9f, 0}}), session);
      float[] query = new float[2 * HEAD_DIM];
      query[0] = 100; // head 0 is loud: by dot products alone it would choose both rows
      query[HEAD_DIM + 4] = 2;

      assertThat(layer.lists(session, query)).isDeepEqualTo(new int[][] {{1, 2}});
    }
  }

  @Test
  void one_list_may_serve_a_whole_layer() {
    try (LayerFixture layer = new LayerFixture(4, 2);
        TechniqueSession session =
            layer.open(
                Configs.of(5, 2, Sets.PER_KV_HEAD, Lists.PER_LAYER),
                LayerFixture.preferring(ALL, ALL, ALL, ALL))) {
      layer.append(LayerFixture.random(ROWS, 2, 15), session);

      assertThat(layer.lists(session, LayerFixture.random(1, 4, 16))).hasDimensions(1, 5);
    }
  }

  /** Keys of one head that are zero but in chunk 0. */
  private static float[] keysWith(float[][] chunk) {
    float[] keys = new float[chunk.length * HEAD_DIM];
    for (int row = 0; row < chunk.length; row++) {
      keys[row * HEAD_DIM] = chunk[row][0];
      keys[row * HEAD_DIM + LayerFixture.CHUNKS] = chunk[row][1];
    }
    return keys;
  }

  @Test
  void a_single_token_that_matches_in_the_dominant_chunk_is_the_one_read() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session =
            layer.open(Configs.published(1, 1), LayerFixture.preferring(new int[] {2}))) {
      float[] keys = LayerFixture.random(ROWS, 1, 17);
      keys[123 * HEAD_DIM + 2] = 20;
      keys[123 * HEAD_DIM + 6] = -20;
      layer.append(keys, session);
      float[] query = LayerFixture.random(1, 1, 18);
      query[2] = 1;
      query[6] = -1;

      assertThat(layer.lists(session, query)).isDeepEqualTo(new int[][] {{123}});
    }
  }

  @Test
  void the_current_token_is_a_candidate_like_the_others_and_equal_scores_go_to_the_earliest() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session =
            layer.open(Configs.published(2, 1), LayerFixture.preferring(new int[] {0}))) {
      layer.append(keysWith(new float[][] {{1, 0}, {1, 0}, {1, 0}, {5, 0}}), session);
      float[] query = new float[HEAD_DIM];
      query[0] = 1;

      assertThat(layer.lists(session, query)).isDeepEqualTo(new int[][] {{0, 3}});
    }
  }

  @Test
  void sinks_and_window_are_read_inside_the_budget() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session =
            layer.open(
                Configs.published(7, 1, "'sinks': 2, 'window': 3"),
                LayerFixture.preferring(new int[] {0}))) {
      float[][] chunk = new float[20][2];
      chunk[1][0] = 9; // a sink: it takes no other place
      chunk[5][0] = 2;
      chunk[11][0] = 3;
      chunk[18][0] = 9;
      layer.append(keysWith(chunk), session);
      float[] query = new float[HEAD_DIM];
      query[0] = 1;

      assertThat(layer.lists(session, query))
          .isDeepEqualTo(new int[][] {{0, 1, 5, 11, 17, 18, 19}});
    }
  }

  @Test
  void a_layer_with_a_sliding_window_chooses_among_what_it_sees() {
    try (LayerFixture layer = new LayerFixture(1, 1, 10, Pairing.HALF_SPLIT, DType.F32);
        TechniqueSession session =
            layer.open(
                Configs.published(4, 1, "'sinks': 1, 'window': 1"),
                LayerFixture.preferring(new int[] {0}))) {
      float[][] chunk = new float[30][2];
      chunk[2][0] = 9; // out of sight
      chunk[20][0] = 1;
      chunk[23][0] = 2;
      chunk[26][0] = 3;
      layer.append(keysWith(chunk), session);
      float[] query = new float[HEAD_DIM];
      query[0] = 1;

      // The first token is out of sight too: the window of one and three that are chosen.
      assertThat(layer.lists(session, query)).isDeepEqualTo(new int[][] {{20, 23, 26, 29}});
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {ROWS, ROWS + 1, 10_000})
  void a_budget_of_all_tokens_is_dense_attention(int budget) {
    try (LayerFixture layer = new LayerFixture(2, 1);
        TechniqueSession session =
            layer.open(Configs.published(budget, 1), LayerFixture.preferring(ALL, ALL))) {
      layer.append(LayerFixture.random(ROWS, 1, 19), session);

      assertThat(layer.lists(session, LayerFixture.random(1, 2, 20))).isNull();
    }
  }

  @Test
  void the_result_is_attention_over_the_chosen_tokens() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession almost =
            layer.open(Configs.published(ROWS - 1, 4), LayerFixture.preferring(ALL));
        TechniqueSession all =
            layer.open(Configs.published(ROWS, 4), LayerFixture.preferring(ALL))) {
      layer.append(LayerFixture.random(ROWS, 1, 21), almost, all);
      float[] query = LayerFixture.random(1, 1, 22);

      float[] sparse = layer.attend(almost, query);
      float[] dense = layer.attend(all, query);

      // Only the token with the least weight is missing.
      for (int i = 0; i < dense.length; i++) {
        assertThat(sparse[i]).isCloseTo(dense[i], within(2e-3f));
      }
      assertThat(sparse).isNotEqualTo(dense);
    }
  }

  @Test
  void prompts_are_read_densely() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session =
            layer.open(Configs.published(2, 1), LayerFixture.preferring(ALL));
        Buffer queries = Buffer.of(LayerFixture.random(3, 1, 24))) {
      layer.append(LayerFixture.random(ROWS, 1, 23), session);

      for (int rows : new int[] {1, 3}) {
        PlanRequest request = layer.request(queries, rows, Phase.PREFILL);
        assertThat(session.plan(request)).isSameAs(request.dense());
      }
    }
  }

  @Test
  void a_ratio_is_of_the_tokens_there_are() {
    FasaConfig tenth =
        Configs.of(
            "{'token_budget': 0.1, 'chunks': 1, 'lists': 'per_query_head', 'break_even': false}");
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session = layer.open(tenth, LayerFixture.preferring(ALL))) {
      layer.append(LayerFixture.random(59, 1, 25), session);

      assertThat(layer.lists(session, LayerFixture.random(1, 1, 26))).hasDimensions(1, 5);
    }
  }

  @Test
  void a_step_that_would_take_as_long_as_a_dense_one_is_dense() {
    // Two query heads share a key head of 8 dimensions. With 2 chunks per query head, ranking a
    // token loads 2 * 4 of the 16 elements of its key and value; 10 tokens read by each head apart
    // are 2 * 16 * 10, counted 2.5 times for being scattered: from 101 tokens on that is less than
    // 16 * tokens - 8 * tokens.
    FasaConfig config =
        Configs.of(
            "{'token_budget': 10, 'chunks': 2, 'sets': 'per_query_head', 'lists': 'per_query_head'}");
    try (LayerFixture layer = new LayerFixture(2, 1);
        TechniqueSession session = layer.open(config, LayerFixture.preferring(ALL, ALL))) {
      float[] query = LayerFixture.random(1, 2, 28);
      layer.append(LayerFixture.random(100, 1, 27), session);
      assertThat(layer.lists(session, query)).isNull();

      layer.append(LayerFixture.random(1, 1, 29), session);
      assertThat(layer.lists(session, query)).hasDimensions(2, 10);
    }
  }

  @Test
  void below_a_length_it_stays_dense() {
    FasaConfig config = Configs.published(3, 1, "'dense_below': 21");
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session = layer.open(config, LayerFixture.preferring(ALL))) {
      float[] query = LayerFixture.random(1, 1, 31);
      layer.append(LayerFixture.random(20, 1, 30), session);
      assertThat(layer.lists(session, query)).isNull();

      layer.append(LayerFixture.random(1, 1, 32), session);
      assertThat(layer.lists(session, query)).isNotNull();
    }
  }

  @Test
  void what_was_appended_in_pieces_ranks_like_what_came_at_once() {
    MeanAgreement agreement = LayerFixture.preferring(new int[] {1}, new int[] {2});
    float[] keys = LayerFixture.random(ROWS, 1, 33);
    float[] query = LayerFixture.random(1, 2, 34);
    try (LayerFixture whole = new LayerFixture(2, 1);
        LayerFixture pieces = new LayerFixture(2, 1);
        TechniqueSession one = whole.open(Configs.published(9, 1), agreement);
        TechniqueSession other = pieces.open(Configs.published(9, 1), agreement)) {
      whole.append(keys, one);
      for (int from = 0, size = 1; from < ROWS; from += size, size += 7) {
        int to = Math.min(ROWS, from + size);
        pieces.append(Arrays.copyOfRange(keys, from * HEAD_DIM, to * HEAD_DIM), other);
      }

      assertThat(pieces.lists(other, query)).isEqualTo(whole.lists(one, query));
    }
  }

  @Test
  void tokens_that_are_forgotten_and_replaced_are_ranked_anew() {
    MeanAgreement agreement = LayerFixture.preferring(new int[] {1});
    float[] query = LayerFixture.random(1, 1, 36);
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session = layer.open(Configs.published(9, 1), agreement)) {
      layer.append(LayerFixture.random(ROWS, 1, 35), session);
      session.truncate(100);
      layer.cache.setLength(100);
      layer.append(LayerFixture.random(150, 1, 37), session);

      assertThat(layer.lists(session, query)[0])
          .isEqualTo(layer.expected(query, 0, new int[] {1}, ChunkPairing.TRUE_PAIR, 9));
    }
  }

  @Test
  void a_layer_that_some_tokens_passed_by_forgets_by_its_own_rows() {
    MeanAgreement agreement = LayerFixture.preferring(new int[] {1});
    float[] query = LayerFixture.random(1, 1, 39);
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session = layer.open(Configs.published(9, 1), agreement)) {
      layer.append(LayerFixture.random(60, 1, 38), session);
      // Token 100 was row 50 here.
      session.truncate(100);
      layer.cache.setLength(50);
      layer.append(LayerFixture.random(30, 1, 40), session);

      assertThat(layer.lists(session, query)[0])
          .isEqualTo(layer.expected(query, 0, new int[] {1}, ChunkPairing.TRUE_PAIR, 9));
    }
  }

  @Test
  void a_fork_goes_on_apart() {
    MeanAgreement agreement = LayerFixture.preferring(new int[] {1});
    float[] query = LayerFixture.random(1, 1, 42);
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session = layer.open(Configs.published(9, 1), agreement)) {
      layer.append(LayerFixture.random(ROWS, 1, 41), session);
      int[][] before = layer.lists(session, query);
      try (TechniqueSession fork = session.fork()) {
        layer.append(LayerFixture.random(ROWS, 1, 43), fork);
        int[] expected = layer.expected(query, 0, new int[] {1}, ChunkPairing.TRUE_PAIR, 9);
        assertThat(layer.lists(fork, query)[0]).isEqualTo(expected);
      }
      layer.cache.setLength(ROWS);

      assertThat(layer.lists(session, query)).isEqualTo(before);
    }
  }

  @Test
  void it_says_what_it_holds_and_gives_it_back() {
    try (LayerFixture layer = new LayerFixture(2, 2)) {
      TechniqueSession session =
          layer.open(
              Configs.of(9, 1, Sets.PER_KV_HEAD, Lists.PER_KV_HEAD),
              LayerFixture.preferring(ALL, ALL));
      layer.append(LayerFixture.random(257, 2, 44), session);

      // Two pages of 256 tokens, two heads, one pair, four bytes.
      assertThat(session.bytes()).isEqualTo(2 * 256 * 2 * 2 * 4);
      session.close();
      assertThat(session.bytes()).isZero();
    }
  }

  @Test
  void dense_layers_pack_nothing() {
    try (LayerFixture layer = new LayerFixture(1, 1);
        TechniqueSession session =
            layer.open(Configs.published(9, 1), LayerFixture.preferring(ALL))) {
      layer.append(LayerFixture.random(10, 1, 45));
      session.onAppend(0, layer.cache, 0, 10);

      assertThat(session.bytes()).isZero();
    }
  }
}
