package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.testing.NeedsShared;
import dev.winnow.models.testing.SharedFolder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With a real tokenizer and chat template. */
@NeedsShared("models/SmolLM2-135M-Instruct.Q4_1.gguf")
class PromptFormatTest {
  private static final String CONTEXT = "The grass is green. The sky is blue.\n";
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model =
        LanguageModel.load(
            SharedFolder.require("models/SmolLM2-135M-Instruct.Q4_1.gguf"),
            ModelOptions.builder().threads(1).build());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void a_message_is_divided_where_its_question_starts() {
    PromptFormat format = PromptFormat.of(model, false);
    PromptFormat.Split split = format.split(CONTEXT, "What is green?", " The");

    assertThat(format.codec().decode(split.context(), false))
        .endsWith("<|im_start|>user\n" + CONTEXT);
    assertThat(format.codec().decode(split.question(), false))
        .isEqualTo("What is green?<|im_end|>\n<|im_start|>assistant\nThe");
    assertThat(IntStream.concat(IntStream.of(split.context()), IntStream.of(split.question())))
        .containsExactly(
            IntStream.of(format.encode(CONTEXT + "What is green?", " The"))
                .boxed()
                .toArray(Integer[]::new));
  }

  @Test
  void a_raw_prompt_is_continued_with_the_blank_before_the_answer() {
    PromptFormat format = PromptFormat.of(model, true);
    PromptFormat.Split split = format.split(CONTEXT, "What is green?", " The");

    assertThat(format.chat()).isFalse();
    assertThat(format.codec().decode(split.context(), false)).isEqualTo(CONTEXT);
    assertThat(format.decode(split.question())).isEqualTo("What is green? The");
  }

  @Test
  void without_context_everything_is_the_question() {
    PromptFormat format = PromptFormat.of(model, true);

    assertThat(format.split("", "What?", "").context()).isEmpty();
    assertThat(format.split("", "What?", "").length()).isEqualTo(format.encode("What?").length);
  }
}
