package dev.winnow.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChatTemplateTest {
  private static final ChatTemplate.Limits TIGHT =
      new ChatTemplate.Limits(Duration.ofMillis(500), 10_000);
  private static final List<ChatMessage> HELLO = List.of(ChatMessage.user("hello"));

  @Test
  void the_words_of_raise_exception_are_the_message() {
    assertThatThrownBy(() -> render("{{ raise_exception('Roles must alternate: \"x\"') }}"))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("Roles must alternate: \"x\"");
  }

  @Test
  void the_current_date_is_formatted_as_in_python() {
    Clock clock = Clock.fixed(Instant.parse("2024-07-06T03:04:05Z"), ZoneOffset.UTC);
    ChatTemplate template =
        new ChatTemplate("{{ strftime_now('%d %b %Y %H:%M') }}", "", "", clock, TIGHT);
    assertThat(template.render(HELLO, false)).isEqualTo("06 Jul 2024 03:04");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{ 2+1 }}|3",
        "{% for m in messages %}{{ loop.index0+1 }}{% endfor %}|1",
        "{{ messages[1-1+0].role }}|user",
        "{{ '2+1' }}|2+1"
      })
  void sums_need_no_blanks(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.class }}",
        "{{ ''.getClass() }}",
        "{{ ''['class'] }}",
        "{{ messages.class }}",
        "{{ messages.getClass().forName('java.lang.Runtime') }}",
        "{{ messages[0].getClass() }}",
        "{{ (1).class }}",
        "{{ loop.class }}{% for m in messages %}{{ loop.getClass() }}{% endfor %}",
        "{% for m in messages %}{{ loop.class }}{% endfor %}",
        "{{ ____int3rpr3t3r____.getContext() }}",
        "{{ ____int3rpr3t3r____.config }}",
        "{{ messages|attr('class') }}",
        "{{ messages|map(attribute='class')|list }}{{ 'a'|map(attribute='class')|list }}",
        "{{ raise_exception.class }}{{ namespace().getClass() }}",
        "{{ ''.__class__ }}",
        "{{ messages.append('x') }}",
        "{{ messages[0].put('role', 'x') }}",
        "{{ messages[0].clear() }}",
      })
  void nothing_of_java_is_in_reach(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'application.properties' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{{ '{{ 1 }}'|render }}",
        "{{ today() }}",
        "{{ 'a'|no_such_filter }}",
        "{{ 'a' is no_such_test }}",
        "{% for m in [] %}{% else %}x{% endfor %}",
        "{{ no_such_function() }}",
        "{% no_such_tag %}",
        "{% if %}",
        "{% for m in messages %}",
        "{{ 1 + }}",
        "{{ 'open",
        "{{ messages[0].name + 'x' }}",
        "{{ loop.previtem }}{% for m in messages %}{{ loop.previtem }}{% endfor %}",
      })
  void what_is_wrong_or_unknown_is_refused_and_never_rendered_over(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("chat template");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(1000000) %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% set x = a * b %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}xxxxxxxxxxxxxxxx{% endfor %}",
        "{% set ns = namespace(x='xxxxxxxxxx') %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='xxxxxxxxxx') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 'a'.replace('a', 'a' * 9999).replace('a', 'a' * 9999).replace('a', 'a' * 9999) }}",
        "{{ 'a'|replace('a', 'a' * 9999)|replace('a', 'a' * 9999)|replace('a', 'a' * 9999) }}",
        "{% set ns = namespace(x='x') %}{% for i in range(100) %}{% set ns.x = ns.x.replace('x', 'xxxxxxxxxx') %}{% endfor %}",
        "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
      })
  void time_output_and_recursion_are_bounded(String template) {
    ChatTemplate bounded = new ChatTemplate(template, "", "", Clock.systemUTC(), TIGHT);
    assertThatThrownBy(() -> bounded.render(HELLO, false))
        .isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "not ", "-", "{'a':"})
  void deep_nesting_does_not_overflow_the_callers_stack(String opening) {
    String template = "{{ " + opening.repeat(50_000) + "1 }}";
    assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
  }

  @Test
  void an_endless_expression_is_refused_but_a_long_text_in_one_is_not() {
    assertThatThrownBy(() -> render("{{ (1" + " + 1".repeat(10_000) + ") }}"))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("8,000");
    String text = "(\\'".repeat(10_000);
    assertThat(render("{{ '" + text + "' }}")).isEqualTo(text.replace("\\", ""));
  }

  @Test
  void deeply_nested_blocks_do_not_overflow_the_callers_stack() {
    String template = "{% if 1 %}".repeat(20_000) + "x" + "{% endif %}".repeat(20_000);
    assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
  }

  @Test
  void the_rendering_thread_stops_when_its_time_is_over() throws InterruptedException {
    ChatTemplate endless =
        new ChatTemplate(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% set x = a * b %}{% endfor %}{% endfor %}",
            "", "", Clock.systemUTC(), TIGHT);
    assertThatThrownBy(() -> endless.render(HELLO, false))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("500 ms");
    for (int i = 0; i < 100 && renderingThreads() > 0; i++) {
      Thread.sleep(50);
    }
    assertThat(renderingThreads()).isZero();
  }

  @Test
  void braces_in_a_message_are_not_run() {
    List<ChatMessage> messages = List.of(ChatMessage.user("{{ raise_exception('ran') }}{% x %}"));
    assertThat(
            ChatTemplate.of("{{ messages[0].content }}", Optional.empty(), Optional.empty())
                .render(messages, false))
        .isEqualTo("{{ raise_exception('ran') }}{% x %}");
  }

  @Test
  void an_absent_token_is_an_empty_text() {
    assertThat(render("<{{ bos_token + eos_token }}>")).isEqualTo("<>");
  }

  @Test
  void tokens_come_from_the_config_as_text_or_as_object() throws Exception {
    ObjectNode config =
        config("{'bos_token': '<s>', 'eos_token': {'content': '</s>', 'lstrip': false}}");
    assertThat(ChatTemplate.of("{{ bos_token }}{{ eos_token }}", config).render(HELLO, false))
        .isEqualTo("<s></s>");
  }

  @Test
  void of_several_named_templates_the_default_one_is_taken() throws Exception {
    ObjectNode config =
        config(
            "{'chat_template': [{'name': 'tool_use', 'template': 'a'}, {'name': 'default', 'template': 'b'}]}");
    assertThat(ChatTemplate.fromConfig(Optional.of(config), "m").render(HELLO, false))
        .isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{'chat_template': null}", "{'chat_template': [{'name': 'tool_use'}]}"})
  void without_a_template_the_message_points_to_raw(String json) throws Exception {
    assertThatThrownBy(() -> ChatTemplate.fromConfig(Optional.of(config(json)), "some/model"))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("some/model")
        .hasMessageContaining("no chat template")
        .hasMessageContaining("--raw");
    assertThatThrownBy(() -> ChatTemplate.fromConfig(Optional.empty(), "some/model"))
        .hasMessageContaining("--raw");
  }

  @Test
  void an_oversized_template_is_refused() {
    assertThatThrownBy(() -> render("x".repeat((1 << 20) + 1)))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("1,048,577");
  }

  @Test
  void a_message_of_a_megabyte_is_rendered_whole() {
    String long_ = "ab c".repeat(1 << 18);
    assertThat(
            ChatTemplate.of("[{{ messages[0].content|trim }}]", Optional.empty(), Optional.empty())
                .render(List.of(ChatMessage.user(long_)), false))
        .isEqualTo("[" + long_ + "]");
  }

  private static long renderingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("chat-template"))
        .count();
  }

  private static String render(String template) {
    return ChatTemplate.of(template, Optional.empty(), Optional.empty()).render(HELLO, false);
  }

  private static ObjectNode config(String json) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
  }
}
