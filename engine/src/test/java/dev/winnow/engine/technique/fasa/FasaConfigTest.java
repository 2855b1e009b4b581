package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Memory;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FasaConfigTest {
  @TempDir Path temp;

  private static Technique create(String json) {
    return Techniques.load().create("fasa", Configs.section(json), "config.yaml: techniques[0]");
  }

  @Test
  void every_key_has_a_default() {
    assertThat(((Fasa) create("{}")).config())
        .isEqualTo(
            new FasaConfig(
                TokenBudget.tokens(256),
                16,
                ChunkPairing.TRUE_PAIR,
                Sets.PER_KV_HEAD,
                Lists.PER_KV_HEAD,
                List.of(0),
                0,
                0,
                0,
                true,
                Memory.ALL,
                0,
                0,
                null));
  }

  @Test
  void every_key_can_be_given() {
    Fasa fasa =
        (Fasa)
            create(
                """
                {'token_budget': 0.25, 'chunks': 3, 'pairing': 'adjacent', 'sets': 'per_query_head',
                 'lists': 'per_layer', 'dense_layers': [], 'sinks': 4, 'window': 32,
                 'dense_below': 100, 'break_even': false, 'memory': 'packed', 'recent_tokens': 100,
                 'cached_tokens': 512}
                """);

    assertThat(fasa.config())
        .isEqualTo(
            new FasaConfig(
                TokenBudget.ratio(0.25),
                3,
                ChunkPairing.ADJACENT,
                Sets.PER_QUERY_HEAD,
                Lists.PER_LAYER,
                List.of(),
                4,
                32,
                100,
                false,
                Memory.PACKED,
                100,
                512,
                null));
    assertThat(fasa.claims(2)).containsExactly(new Claim(Hook.PLAN, 0), new Claim(Hook.PLAN, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "'token_budget', '0', 'token_budget must be'",
    "'token_budget', '-3', 'token_budget must be'",
    "'token_budget', '1.5', 'token_budget must be'",
    "'chunks', '0', 'chunks must be >= 1, got 0'",
    "'sinks', '-1', 'sinks must be >= 0, got -1'",
    "'window', '-1', 'window must be >= 0, got -1'",
    "'window', '256', 'token_budget must be more than sinks + window, which is 256, got 256'",
    "'dense_below', '-1', 'dense_below must be >= 0, got -1'",
    "'dense_layers', '[0, -1]', 'dense_layers must be >= 0, got -1'",
    "'pairing', '''triple''', 'pairing'",
    "'sets', '''per_layer''', 'sets'",
    "'lists', '''per_token''', 'lists'",
    "'break_even', '3', 'break_even'",
    "'memory', '''disk''', 'memory must be one of all, packed'",
    "'recent_tokens', '-1', 'recent_tokens must be >= 0, got -1'",
    "'cached_tokens', '-1', 'cached_tokens must be >= 0, got -1'",
    "'recent_tokens', '5', 'recent_tokens and cached_tokens must be 0 when memory is all'",
    "'calibration', '''missing.json''', 'there is no file missing.json'",
    "'chunk', '3', 'unknown key ''chunk'''"
  })
  void a_bad_value_is_refused_by_file_and_key(String key, String value, String message) {
    assertThatThrownBy(() -> create("{'%s': %s}".formatted(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config.yaml: techniques[0]")
        .hasMessageContaining(message);
  }

  @Test
  void dense_layers_are_not_claimed_and_must_exist() {
    Technique fasa = create("{'dense_layers': [0, 2]}");

    assertThat(fasa.claims(4)).containsExactly(new Claim(Hook.PLAN, 1), new Claim(Hook.PLAN, 3));
    assertThatThrownBy(() -> fasa.claims(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fasa: dense_layers must be in [0, 2), got 2");
  }

  @Test
  void a_budget_that_is_a_ratio_leaves_room_for_sinks_window_and_one_more() {
    FasaConfig config = Configs.of("{'token_budget': 0.1, 'sinks': 4, 'window': 6}");

    assertThat(config.total(50)).isEqualTo(11);
    assertThat(config.total(200)).isEqualTo(20);
    assertThat(config.total(8)).isEqualTo(8);
  }

  @Test
  void a_calibration_of_another_pairing_or_of_fewer_chunks_is_refused() throws Exception {
    Path file = temp.resolve("fasa.json");
    CalibrationFixtures.calibration("f".repeat(64), ChunkPairing.ADJACENT, 2, 4, 4).write(file);

    assertThatThrownBy(() -> create("{'calibration': '%s'}".formatted(file)))
        .hasMessageContaining("pairing is true_pair, but the calibration was made for adjacent");
    assertThatThrownBy(() -> create("{'calibration': '%s', 'pairing': 'adjacent'}".formatted(file)))
        .hasMessageContaining("chunks must be in [1, 4]");
  }
}
