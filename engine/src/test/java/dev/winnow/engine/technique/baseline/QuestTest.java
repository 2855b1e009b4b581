package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.cpu.CpuKernels;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuestTest {

  private static Quest technique(int budget, int page, boolean openPage) {
    return new Quest(new QuestConfig(TokenBudget.tokens(budget), page, openPage, 0, 0));
  }

  /** The published formula in float64, a page at a time. */
  private static double pageScore(Steps steps, int head, int from, int to) {
    double[] query = steps.query(0, head, steps.tokens() - 1, steps.tokens() - 1);
    double score = 0;
    for (int d = 0; d < Steps.DIM; d++) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int token = from; token < to; token++) {
        double value = steps.key(0, head / Steps.GROUP, token, token)[d];
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      score += Math.max(query[d] * least, query[d] * most);
    }
    return score;
  }

  private static List<Integer> expected(
      Steps steps, int kvHead, int chosen, int page, boolean openPage) {
    int pages = (steps.tokens() + page - 1) / page;
    double[] scores = new double[pages];
    for (int index = 0; index < pages; index++) {
      for (int member = 0; member < Steps.GROUP; member++) {
        scores[index] +=
            pageScore(
                    steps,
                    kvHead * Steps.GROUP + member,
                    index * page,
                    Math.min(steps.tokens(), (index + 1) * page))
                / Steps.GROUP;
      }
    }
    if (openPage) {
      scores[pages - 1] = Double.POSITIVE_INFINITY;
    }
    return IntStream.range(0, pages)
        .boxed()
        .sorted(Comparator.comparingDouble(index -> -scores[index]))
        .limit(chosen)
        .sorted()
        .flatMap(
            index ->
                IntStream.range(index * page, Math.min(steps.tokens(), (index + 1) * page)).boxed())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"64, 16, true, 4", "64, 16, false, 4", "50, 5, true, 10", "79, 16, false, 4"})
  void theBestPagesOfEachKvHeadAreRead(int budget, int page, boolean openPage, int chosen) {
    try (Steps steps = new Steps(technique(budget, page, openPage), 41, 0).prompt(241, 97)) {
      for (int i = 0; i < 40; i++) {
        steps.decode(1);
        for (int head = 0; head < Steps.HEADS; head++) {
          List<Integer> read = steps.read(0, head);
          assertThat(read)
              .isEqualTo(expected(steps, head / Steps.GROUP, chosen, page, openPage))
              .hasSizeLessThanOrEqualTo(budget);
        }
        if (openPage) {
          assertThat(steps.read(0, 0)).contains(steps.tokens() - 1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16"})
  void aPageScoreIsNeverBelowADotProductWithAKeyOfThePage(DType dtype) {
    Random random = new Random(5);
    int heads = 3;
    int dim = 20;
    int rows = 299;
    KvPages cache = new KvPages(heads, dim, dtype);
    cache.addPage(cache.allocatePage());
    cache.addPage(cache.allocatePage());
    cache.setLength(rows);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < heads * dim; i++) {
        cache
            .keys(row / KvPages.PAGE_TOKENS)
            .setFloat(cache.index(i / dim, row) + i % dim, (float) random.nextGaussian());
      }
    }
    try (PageBounds bounds = new PageBounds(7, cache);
        QuestScratch scratch = new QuestScratch();
        CpuKernels kernels = new CpuKernels(1);
        Buffer query = Buffer.allocate(DType.F32, heads * dim)) {
      bounds.add(cache, 0, 150);
      bounds.add(cache, 150, 149);
      assertThat(bounds.pages()).isEqualTo(43);
      for (int i = 0; i < heads * dim; i++) {
        query.setFloat(i, (float) random.nextGaussian());
      }
      Buffer scores = bounds.scores(HeadsView.dense(query, 1, heads, dim), 0, kernels, scratch);
      for (int head = 0; head < heads; head++) {
        for (int row = 0; row < rows; row++) {
          double dot = 0;
          for (int d = 0; d < dim; d++) {
            float key = cache.keys(row / KvPages.PAGE_TOKENS).getFloat(cache.index(head, row) + d);
            dot += key * query.getFloat(head * dim + d);
          }
          assertThat((double) scores.getFloat(head * 43L + row / 7))
              .isGreaterThanOrEqualTo(dot - 1e-5);
        }
      }
    }
    cache.pages().forEach(KvPages.Page::close);
  }

  @Test
  void aGroupsScoreBoundsTheMeanDotProductOfItsHeads() {
    try (Steps steps = new Steps(technique(48, 16, true), 42, 0).prompt(160, 160).decode(1)) {
      double own = 0;
      double bound = 0;
      for (int head = 2; head < 4; head++) {
        double[] query = steps.query(0, head, 160, 160);
        own += Steps.dot(query, steps.key(0, 1, 37, 37)) / 2;
        bound += pageScore(steps, head, 32, 48) / 2;
      }
      assertThat(bound).isGreaterThan(own);
    }
  }

  @Test
  void boundsOfTokensTakenBackAreForgotten() {
    try (Steps straight = new Steps(technique(48, 16, true), 43, 0).prompt(203, 203);
        Steps back = new Steps(technique(48, 16, true), 43, 0).prompt(251, 251)) {
      back.truncate(187).prompt(16, 16);
      for (int i = 0; i < 20; i++) {
        straight.decode(1);
        back.decode(1);
        assertThat(back.read(0, 0)).isEqualTo(straight.read(0, 0));
        assertThat(back.read(0, 3)).isEqualTo(straight.read(0, 3));
      }
      back.truncate(0);
      assertThat(back.session.bytes()).isZero();
      back.prompt(203, 100).decode(20);
      assertThat(back.read(0, 0)).isEqualTo(straight.read(0, 0));
    }
  }

  @Test
  void boundsTakeAsManyBytesAsTheKeysAndValuesOfOneTokenInEachPage() {
    try (Steps steps = new Steps(technique(48, 16, true), 44, 0).prompt(16 * 256, 1000)) {
      // One page of 256 minima and one of maxima against 4096 keys and values.
      assertThat(steps.session.bytes()).isEqualTo(steps.cache.bytes() / 16);
    }
  }

  @Test
  void attentionIsDenseWhereBoundsAndPagesHaveAsManyBytes() {
    // 64 of 71 rows and 5 bounds are less than all, 64 of 68 rows and 5 bounds are not.
    try (Steps steps = new Steps(technique(64, 16, true), 45, 0).prompt(68, 68)) {
      assertThat(steps.decode(1).last(0).dense()).isTrue();
      steps.decode(1);
      assertThat(steps.tokens()).isEqualTo(70);
      assertThat(steps.last(0).dense()).isFalse();
    }
  }

  @Test
  void aSlidingWindowIsCoveredByThePagesItShows() {
    try (Steps steps = new Steps(technique(48, 16, true), 46, 100).prompt(300, 300).decode(1)) {
      // The window begins at row 201, in page 12.
      assertThat(steps.read(0, 0)).allMatch(token -> token >= 192).hasSizeLessThanOrEqualTo(48);
      List<Integer> seen = steps.read(0, 0).stream().filter(token -> token >= 201).toList();
      double[] output = steps.output(0, 0, seen, steps.probabilities(0, 0, 300, seen));
      assertThat(steps.lastOutput(0, 0)).containsExactly(output, within(1e-5));
    }
  }

  @Test
  void aBudgetBelowThreePagesOfARatioReadsThree() {
    Quest technique = new Quest(new QuestConfig(TokenBudget.ratio(0.05), 8, true, 0, 0));
    try (Steps steps = new Steps(technique, 47, 0).prompt(231, 231).decode(1)) {
      assertThat(steps.read(0, 0)).hasSize(24);
    }
  }

  @Test
  void rowsOfPagesAscendAndTheLastMayBeShort() {
    assertThat(PageRows.of(new int[] {0, 2}, 4, 0, 10)).containsExactly(0, 1, 2, 3, 8, 9);
    assertThat(PageRows.of(new int[] {1}, 4, 3, 99)).containsExactly(7, 8, 9, 10);
    assertThat(PageRows.count(8, 4)).isEqualTo(2);
    assertThat(PageRows.count(9, 4)).isEqualTo(3);
  }
}
