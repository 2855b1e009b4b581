package dev.winnow.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.sampling.SamplingOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationConfigTest {

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void defaultsAreHuggingFacesBesidesTheLength() {
    GenerationConfig config = GenerationConfig.defaults();
    assertThat(config.maxNewTokens()).isEqualTo(256);
    assertThat(config.sampling()).isEqualTo(new SamplingOptions(false, 1, 50, 1, 0, 1));
    assertThat(config.stopStrings()).isEmpty();
    assertThat(config.eosTokenIds()).isEmpty();
    assertThat(config.seed()).isEmpty();
    assertThat(config.topLogProbs()).isEqualTo(-1);
  }

  @Test
  void everyOptionIsReadByItsName() {
    GenerationConfig config =
        GenerationConfig.fromJson(
            json(
                """
                {'max_new_tokens': 9, 'do_sample': true, 'temperature': 0.5, 'top_k': 7,
                 'top_p': 0.25, 'min_p': 0.125, 'repetition_penalty': 1.5,
                 'stop_strings': ['a', 'b'], 'eos_token_id': [1, 2], 'seed': 12345678901,
                 'top_logprobs': 4}"""),
            "options");
    assertThat(config)
        .isEqualTo(
            new GenerationConfig(
                9,
                new SamplingOptions(true, 0.5f, 7, 0.25f, 0.125f, 1.5f),
                List.of("a", "b"),
                Optional.of(List.of(1, 2)),
                OptionalLong.of(12345678901L),
                4));
    assertThat(config.toBuilder().build()).isEqualTo(config);
  }

  @Test
  void singleValuesStandForListsAndNullTurnsAFilterOff() {
    GenerationConfig config =
        GenerationConfig.fromJson(
            json("{'stop_strings': 'x', 'eos_token_id': 3, 'top_k': null, 'seed': null}"), "o");
    assertThat(config.stopStrings()).containsExactly("x");
    assertThat(config.eosTokenIds()).contains(List.of(3));
    assertThat(config.sampling().topK()).isZero();
  }

  @Test
  void aUsersOptionsComeOverTheCheckpoints() {
    GenerationConfig base =
        GenerationConfig.fromCheckpoint(json("{'temperature': 0.6, 'do_sample': true}"), "f")
            .config();
    GenerationConfig config = base.overrideWith(json("{'temperature': 0.9}"), "options");
    assertThat(config.sampling().temperature()).isEqualTo(0.9f);
    assertThat(config.sampling().doSample()).isTrue();
  }

  @Test
  void aGreedyCheckpointMaySayTemperatureZero() {
    ObjectNode greedy = json("{'do_sample': false, 'temperature': 0.0, 'top_k': 3}");
    SamplingOptions sampling = GenerationConfig.fromCheckpoint(greedy, "f").config().sampling();
    assertThat(sampling.doSample()).isFalse();
    assertThat(sampling.temperature()).isEqualTo(1);
    assertThat(sampling.topK()).isEqualTo(3);
    ObjectNode sampled = json("{'do_sample': true, 'temperature': 0.0}");
    assertThatThrownBy(() -> GenerationConfig.fromCheckpoint(sampled, "f"))
        .hasMessageContaining("f: temperature must be > 0, got 0.0");
  }

  @Test
  void bookkeepingAndFeaturesThatAreOffAreNoTrouble() {
    // The fields of several published generation_config.json files together.
    ObjectNode file =
        json(
            """
            {'_from_model_config': true, 'bos_token_id': 1, 'pad_token_id': 2, 'num_beams': 1,
             'transformers_version': '4.42.3', 'cache_implementation': null, 'typical_p': 1.0,
             'no_repeat_ngram_size': 0, 'use_cache': true, 'early_stopping': false,
             'bad_words_ids': [], 'top_p': 0.8}""");
    assertThat(GenerationConfig.fromJson(file, "f").sampling().topP()).isEqualTo(0.8f);
    assertThat(GenerationConfig.fromCheckpoint(file, "f").notSupported()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'num_beams': 4",
        "'penalty_alpha': 0.6",
        "'typical_p': 0.9",
        "'no_repeat_ngram_size': 2",
        "'max_length': 4096",
        "'guidance_scale': 1.5",
        "'suppress_tokens': [1]",
        "'cache_implementation': 'hybrid'"
      })
  void whatIsNotSupportedIsRefusedFromUsersAndReportedFromCheckpoints(String option) {
    ObjectNode json = json("{" + option + ", 'top_k': 3}");
    String key = option.substring(1, option.indexOf('\'', 1));
    assertThatThrownBy(() -> GenerationConfig.fromJson(json, "my.json"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("my.json: " + key + " is not supported, got ");
    GenerationConfig.FromCheckpoint read = GenerationConfig.fromCheckpoint(json, "file");
    assertThat(read.notSupported()).hasSize(1).first().asString().contains(key);
    assertThat(read.config().sampling().topK()).isEqualTo(3);
  }

  @Test
  void anUnknownOptionIsRefusedAndTheKnownOnesAreListed() {
    assertThatThrownBy(() -> GenerationConfig.fromJson(json("{'temprature': 1}"), "my.json"))
        .hasMessageContaining(
            "my.json: unknown option temprature = 1; options are [max_new_tokens,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'max_new_tokens': 0}     | max_new_tokens must be >= 1, got 0",
        "{'max_new_tokens': 1e3}   | max_new_tokens must be an integer, got 1000.0",
        "{'top_k': 99999999999}    | top_k must be an integer, got 99999999999",
        "{'top_k': -1}             | top_k must be >= 0 (0 for all tokens), got -1",
        "{'top_p': '1'}            | top_p must be a number, got '1'",
        "{'do_sample': 1}          | do_sample must be true or false, got 1",
        "{'eos_token_id': [1, -2]} | eos_token_id must be >= 0, got -2",
        "{'eos_token_id': {}}      | eos_token_id must be an integer or a list of integers, got {}",
        "{'stop_strings': [1]}     | stop_strings must be a string, got 1",
        "{'stop_strings': ''}      | stop_strings must not hold an empty string",
        "{'temperature': 0}        | temperature must be > 0, got 0.0",
        "{'top_logprobs': 101}     | top_logprobs must be in [0, 100], or -1 for none, got 101"
      })
  void valuesOfTheWrongTypeOrOutOfRangeAreRefused(String text, String message) {
    assertThatThrownBy(() -> GenerationConfig.fromJson(json(text), "f"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("f: " + message.replace('\'', '"'));
  }
}
