package dev.winnow.engine.technique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.testing.SinksAndWindow;
import dev.winnow.engine.testing.SkipLayers;
import java.util.List;
import org.junit.jupiter.api.Test;

class TechniquePipelineTest {
  private static SinksAndWindow window(int layer) {
    return SinksAndWindow.of(layer, 1, 3, KeyForm.ROTATED);
  }

  private record Renamed(Technique technique, String name) implements Technique {
    @Override
    public List<Claim> claims(int layers) {
      return technique.claims(layers);
    }

    @Override
    public TechniqueSession open(SequenceContext context) {
      return technique.open(context);
    }
  }

  @Test
  void techniquesThatDecideDifferentHooksOrLayersWorkTogether() {
    TechniquePipeline pipeline =
        new TechniquePipeline(List.of(window(0), window(1), new SkipLayers(List.of(0, 1))), 2);
    assertThat(pipeline.techniques()).hasSize(3);
  }

  @Test
  void twoThatDecideTheSameHookOnALayerAreRefusedByName() {
    List<Technique> both = List.of(window(1), new Renamed(window(1), "other"));
    assertThatThrownBy(() -> new TechniquePipeline(both, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test_window_on_1 and other both decide PLAN on layer 1");
  }

  @Test
  void aLayerThatTheModelLacksIsRefused() {
    assertThatThrownBy(() -> new TechniquePipeline(List.of(new SkipLayers(List.of(2))), 2))
        .hasMessage("technique test_skip_layers claims layer 2, but the model has layers 0 to 1");
  }

  @Test
  void aTechniqueCannotBeListedTwice() {
    List<Technique> twice = List.of(new SkipLayers(List.of(0)), new SkipLayers(List.of(1)));
    assertThatThrownBy(() -> new TechniquePipeline(twice, 2)).hasMessageContaining("listed twice");
  }

  @Test
  void registeredTechniquesAreFoundByName() throws Exception {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree("{\"layers\": [1]}");
    Techniques techniques = Techniques.load();
    assertThat(techniques.summaries()).containsKey("test_skip_layers");
    assertThat(techniques.create("test_skip_layers", json, "test.yaml"))
        .isEqualTo(new SkipLayers(List.of(1)));
    assertThatThrownBy(() -> techniques.create("test_skip", json, "test.yaml: technique"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test.yaml: technique")
        .hasMessageContaining("test_skip_layers")
        .hasMessageContaining("got 'test_skip'");
  }
}
