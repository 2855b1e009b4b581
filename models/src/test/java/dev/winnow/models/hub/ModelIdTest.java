package dev.winnow.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelIdTest {

  @Test
  void aNameWithoutRevisionMeansMain() {
    assertThat(ModelId.parse("Org_1/Name-1.5"))
        .isEqualTo(new ModelId("Org_1", "Name-1.5", "main"))
        .hasToString("Org_1/Name-1.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.0", "refs/pr/1", "0123456789abcdef0123456789abcdef01234567"})
  void aRevisionFollowsAnAtSign(String revision) {
    assertThat(ModelId.parse("org/name@" + revision).revision()).isEqualTo(revision);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "name",
        "org/",
        "/name",
        "../name",
        "org/..",
        "org/na me",
        "org/a/b",
        "org/a--b",
        "org/name.git",
        "org/name.",
        "-org/name",
        "~/models",
        "./models",
        "org\\name/x",
        "a:b/c",
        "org/name@",
        "org/name@..",
        "org/name@a/../b",
        "org/name@/a",
        "org/name@a//b",
        "org/name@a/",
        "org/name@a b",
        "org/name@a@b",
        "org/name\0"
      })
  void whatCouldLeaveTheCacheFolderIsNotAName(String text) {
    assertThat(ModelId.tryParse(text)).isEmpty();
    assertThatThrownBy(() -> ModelId.parse(text)).isInstanceOf(HubException.class);
  }
}
