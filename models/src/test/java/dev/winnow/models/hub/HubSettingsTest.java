package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of huggingface_hub/constants.py. */
class HubSettingsTest {
  @TempDir Path home;

  @Test
  void theDefaultsAreThoseOfTheReferenceLibrary() {
    HubSettings settings = HubSettings.from(Map.of(), home);

    assertThat(settings.cacheDir()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.endpoint()).hasToString("https://huggingface.co");
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
  }

  @Test
  void theNearestVariableNamesTheCacheFolder() {
    Map<String, String> all = Map.of("HF_HUB_CACHE", "/a", "HF_HOME", "/b", "XDG_CACHE_HOME", "/c");

    assertThat(HubSettings.from(all, home).cacheDir()).isEqualTo(Path.of("/a"));
    assertThat(HubSettings.from(Map.of("HF_HOME", "~/b"), home).cacheDir())
        .isEqualTo(home.resolve("b/hub"));
    assertThat(HubSettings.from(Map.of("XDG_CACHE_HOME", "/c"), home).cacheDir())
        .isEqualTo(Path.of("/c/huggingface/hub"));
  }

  @Test
  void theTokenComesFromTheVariableThenItsFileThenTheHomeFolder() throws IOException {
    Path file = Files.writeString(home.resolve("elsewhere"), "hf_file\n");
    Path hfHome = Files.createDirectory(home.resolve("hf"));
    Files.writeString(hfHome.resolve("token"), "hf_home\n");
    Map<String, String> both =
        Map.of("HF_HOME", hfHome.toString(), "HF_TOKEN_PATH", file.toString());

    assertThat(HubSettings.from(Map.of("HF_TOKEN", " hf_env "), home).token()).contains("hf_env");
    assertThat(HubSettings.from(both, home).token()).contains("hf_file");
    assertThat(HubSettings.from(Map.of("HF_HOME", hfHome.toString()), home).token())
        .contains("hf_home");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "ON,true", "yes,true", "True,true", "0,false", "2,false", "no,false"})
  void offlineHasTheReferenceLibrarysTrueValues(String value, boolean offline) {
    assertThat(HubSettings.from(Map.of("HF_HUB_OFFLINE", value), home).offline())
        .isEqualTo(offline);
  }

  @Test
  void anEndpointLosesItsTrailingSlashAndMustBeAnAddress() {
    assertThat(HubSettings.from(Map.of("HF_ENDPOINT", "http://mirror:8080/"), home).endpoint())
        .hasToString("http://mirror:8080");
    for (String bad : new String[] {"mirror", "ftp://mirror", "http://a b"}) {
      assertThatThrownBy(() -> HubSettings.from(Map.of("HF_ENDPOINT", bad), home))
          .isInstanceOf(HubException.class)
          .hasMessageContaining("HF_ENDPOINT")
          .hasMessageContaining(bad);
    }
  }

  @Test
  void aTokenThatCouldInjectAHeaderIsRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> HubSettings.from(Map.of("HF_TOKEN", "hf_x\r\nEvil: 1"), home))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("HF_TOKEN")
        .hasMessageNotContaining("hf_x");
  }

  @Test
  void theTokenIsNotPrinted() {
    assertThat(HubSettings.from(Map.of("HF_TOKEN", "hf_secret"), home).toString())
        .doesNotContain("hf_secret")
        .contains("(set)");
  }
}
