package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.engine.technique.TokenBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActQkvConfigTest {
  private static Technique create(String name, String json) throws Exception {
    ObjectNode parameters = (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
    return Techniques.load().create(name, parameters, "x.yaml: techniques[0]");
  }

  @Test
  void defaultsAreThePapers() throws Exception {
    assertThat(((ActQkv) create("act_qkv", "{}")).config()).isEqualTo(ActQkvConfig.defaults());
    assertThat(ActQkvConfig.defaults().averageBlocks(32_768)).isEqualTo(46);
    assertThat(((InfLlm) create("inf_llm", "{}")).config()).isEqualTo(InfLlmConfig.defaults());
    assertThat(InfLlmConfig.defaults().retrieval().averageBlocks(32_768)).isEqualTo(16);
  }

  @Test
  void keysAreReadByName() throws Exception {
    String json =
        "{'token_budget': 1024, 'block_size': 16, 'statistics': 'window', 'allocation': 'uniform',"
            + " 'representatives': 'per_kv_head', 'far_positions': 'exact', 'freeze_at_decode':"
            + " false, 'temperature': 0.5}";
    ActQkvConfig config = ((ActQkv) create("act_qkv", json)).config();
    assertThat(config.tokenBudget()).isEqualTo(TokenBudget.tokens(1024));
    assertThat(config.averageBlocks(9999)).isEqualTo((1024 - 576) / 16);
    assertThat(config.statistics()).isEqualTo(Statistics.WINDOW);
    assertThat(config.allocation()).isEqualTo(Allocation.UNIFORM);
    assertThat(config.representatives()).isEqualTo(Representatives.PER_KV_HEAD);
    assertThat(config.farPositions()).isEqualTo(FarPositions.EXACT);
    assertThat(config.freezeAtDecode()).isFalse();
    assertThat(config.temperature()).isEqualTo(0.5);
  }

  @Test
  void aRatioBuysAtLeastOneBlock() throws Exception {
    ActQkvConfig config = ((ActQkv) create("act_qkv", "{'token_budget': 0.25}")).config();
    assertThat(config.averageBlocks(8192)).isEqualTo((2048 - 576) / 32);
    assertThat(config.averageBlocks(100)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'init': -1} | init must be in [0, 1048576], got -1",
        "{'window': 0} | window must be in [1, 1048576], got 0",
        "{'block_size': 0} | block_size must be in [1, 1048576], got 0",
        "{'repr': 0} | repr must be in [1, block_size = 32], got 0",
        "{'repr': 33} | repr must be in [1, block_size = 32], got 33",
        "{'prefill_window': 513} | prefill_window must be in [1, window = 512], got 513",
        "{'prefill_window': 0} | prefill_window must be in [1, window = 512], got 0",
        "{'dense_below': -1} | dense_below must be >= 0, got -1",
        "{'temperature': 0} | temperature must be > 0, got 0.0",
        "{'min_share': 1.1} | min_share must be in [0, 1], got 1.1",
        "{'max_share': 0.9} | max_share must be >= 1, got 0.9",
        "{'token_budget': 0} | token_budget must be a whole number",
        "{'token_budget': 607} | at least init + window + block_size = 608 tokens, got 607",
        "{'cached_blocks': -1} | cached_blocks must be in [0, 1048576], got -1",
        "{'cached_blocks': 8} | set memory: blocks_on_disk",
        "{'memory': 'gpu'} | memory must be one of all, blocks_on_disk",
        "{'topk': 4} | unknown key 'topk'",
        "{'statistics': 'head'} | statistics must be one of layer, window, global",
        "{'window': 2.5} | window must be a whole number, got 2.5",
      })
  void badValuesAreRefusedByName(String json, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create("act_qkv", json))
        .withMessageContaining("x.yaml: techniques[0]")
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'window': 0}",
        "{'block_size': 0}",
        "{'repr': 129}",
        "{'prefill_window': 5000}",
        "{'token_budget': 4351}",
        "{'temperature': 1}",
        "{'statistics': 'layer'}"
      })
  void infLlmRefusesWhatItDoesNotKnowToo(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create("inf_llm", json))
        .withMessageContaining("x.yaml: techniques[0]");
  }
}
