package dev.winnow.engine.technique.tokenselect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.KeyRows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** When generated tokens vote anew and when they read what an earlier one voted for. */
class SelectionReuseTest {
  private static final String NO_LIMIT = ", max_reuse: 1000000";

  private final CountingKernels kernels = new CountingKernels();
  private final SyntheticLayer layer = SyntheticLayer.grouped(1, 400);

  private int[] read(TechniqueSession session, int ofLayer, Phase phase, int length) {
    PlanRequest request = layer.request(ofLayer, KeyForm.UNROTATED, phase, length, 1, kernels);
    return ((KeyRows.Gathered) session.plan(request).segments().get(0).keys()).lists()[0];
  }

  private int[] decode(TechniqueSession session, int length) {
    return read(session, 0, Phase.DECODE, length);
  }

  private static TokenSelectSession open(String more) {
    return new TokenSelectSession(Configs.small(more), 2);
  }

  private static int[] voted(int[] list) {
    return Arrays.copyOfRange(list, 3, 9);
  }

  @Test
  void anyQueryIsAlikeAtAThresholdOfMinusOneSoThatEachLayerVotesOnce() {
    try (TokenSelectSession session = open("cache_threshold: -1" + NO_LIMIT)) {
      for (int length = 100; length < 120; length++) {
        read(session, 0, Phase.DECODE, length);
        read(session, 1, Phase.DECODE, length);
      }
      assertThat(kernels.scored).isEqualTo(2);
      assertThat(kernels.votes).isEqualTo(2);
    }
  }

  @Test
  void noQueryIsAlikeAboveOne() {
    try (TokenSelectSession session = open("cache_threshold: 1.1" + NO_LIMIT)) {
      Arrays.fill(layer.queries, layer.queries[0]);
      for (int length = 100; length < 120; length++) {
        decode(session, length);
      }
      assertThat(kernels.scored).isEqualTo(20);
    }
  }

  @Test
  void aQueryInTheSameDirectionReadsTheSameTokensWithAFreshWindow() {
    try (TokenSelectSession session = open("cache_threshold: 0.99" + NO_LIMIT)) {
      int[] first = decode(session, 100);
      for (int i = 0; i < layer.queries[100].length; i++) {
        layer.queries[100][i] = 0.01f * layer.queries[99][i];
      }
      int[] second = decode(session, 101);
      assertThat(kernels.scored).isEqualTo(1);
      assertThat(voted(second)).isEqualTo(voted(first));
      assertThat(second).endsWith(93, 94, 95, 96, 97, 98, 99, 100).doesNotContain(92);
    }
  }

  @Test
  void aQueryIsComparedWithTheOneThatVotedNotWithTheOneBefore() {
    // Each query is 20 degrees from the one before: the second is close, the third too far.
    for (int step = 0; step < 3; step++) {
      double angle = Math.toRadians(20 * step);
      for (int head = 0; head < 4; head++) {
        Arrays.fill(layer.queries[99 + step], head * 8, head * 8 + 8, 0);
        layer.queries[99 + step][head * 8] = (float) Math.cos(angle);
        layer.queries[99 + step][head * 8 + 1] = (float) Math.sin(angle);
      }
    }
    try (TokenSelectSession session = open("cache_threshold: 0.9" + NO_LIMIT)) {
      decode(session, 100);
      decode(session, 101);
      assertThat(kernels.scored).isEqualTo(1);
      decode(session, 102);
      assertThat(kernels.scored).isEqualTo(2);
    }
  }

  @Test
  void noVoteIsReusedForMoreTokensThanHalfTheWindow() {
    try (TokenSelectSession session = open("cache_threshold: -1")) {
      for (int length = 100; length < 110; length++) {
        decode(session, length);
      }
      // Voted at 100, used at 101 to 104, voted at 105, used at 106 to 109.
      assertThat(kernels.scored).isEqualTo(2);
      decode(session, 110);
      assertThat(kernels.scored).isEqualTo(3);
    }
  }

  @Test
  void promptTokensNeitherReuseAVoteNorLeaveOne() {
    try (TokenSelectSession session = open("cache_threshold: -1" + NO_LIMIT)) {
      read(session, 0, Phase.PREFILL, 100);
      decode(session, 101);
      read(session, 0, Phase.PREFILL, 102);
      assertThat(kernels.scored).isEqualTo(3);
      decode(session, 103);
      assertThat(kernels.scored).isEqualTo(3);
    }
  }

  @Test
  void aVoteIsForgottenWithATokenThatTookPartInIt() {
    try (TokenSelectSession session = open("cache_threshold: -1" + NO_LIMIT)) {
      decode(session, 100);
      session.truncate(100);
      decode(session, 101);
      assertThat(kernels.scored).isEqualTo(1);
      session.truncate(99);
      decode(session, 100);
      assertThat(kernels.scored).isEqualTo(2);
    }
  }

  @Test
  void aForkGoesOnWithTheVoteAndApart() {
    try (TokenSelectSession session = open("cache_threshold: -1" + NO_LIMIT)) {
      int[] first = decode(session, 100);
      try (TechniqueSession fork = session.fork()) {
        session.truncate(50);
        assertThat(voted(decode(fork, 101))).isEqualTo(voted(first));
        assertThat(kernels.scored).isEqualTo(1);
        decode(session, 101);
        assertThat(kernels.scored).isEqualTo(2);
      }
    }
  }

  @Test
  void aQueryOfZerosIsAlikeToNothing() {
    try (TokenSelectSession session = open("cache_threshold: -1" + NO_LIMIT)) {
      Arrays.fill(layer.queries[99], 0);
      decode(session, 100);
      decode(session, 101);
      assertThat(kernels.scored).isEqualTo(2);
    }
  }
}
