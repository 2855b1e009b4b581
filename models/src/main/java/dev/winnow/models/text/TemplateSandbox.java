package dev.winnow.models.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.filter.FilterLibrary;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.fn.FunctionLibrary;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.lib.tag.TagLibrary;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Runs one rendering of an untrusted template on a thread of its own, within limits. */
final class TemplateSandbox {
  private static final long STACK_BYTES = 4L << 20;
  private static final int MAX_ITEMS = 100_000;

  /** What Jinja2 has; everything else that Jinjava has is out of reach. */
  private static final Set<String> FILTERS =
      Set.of(
          "abs",
          "capitalize",
          "count",
          "d",
          "default",
          "dictsort",
          "escape",
          "first",
          "float",
          "groupby",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "round",
          "safe",
          "select",
          "selectattr",
          "sort",
          "string",
          "sum",
          "title",
          "tojson",
          "trim",
          "unique",
          "upper");

  private static final Set<String> TAGS =
      Set.of("break", "call", "continue", "else", "elif", "for", "if", "macro", "raw", "set");

  private static final Set<String> FUNCTIONS = Set.of(":namespace", ":range");

  private static final LegacyOverrides LIKE_JINJA2 =
      LegacyOverrides.newBuilder()
          .withEvaluateMapKeys(true)
          .withIterateOverMapKeys(true)
          .withUsePyishObjectMapper(true)
          .withUseSnakeCasePropertyNaming(true)
          .withUseNaturalOperatorPrecedence(true)
          .withParseWhitespaceControlStrictly(true)
          .withAllowAdjacentTextNodes(true)
          .withUseTrimmingForNotesAndExpressions(true)
          .withKeepNullableLoopValues(true)
          .withHandleBackslashInQuotesOnly(true)
          .build();

  private final ChatTemplate.Limits limits;
  private final Clock clock;

  TemplateSandbox(ChatTemplate.Limits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  String render(String template, Map<String, Object> bindings) {
    RenderBudget budget = new RenderBudget(limits.time());
    CompletableFuture<String> result = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            result.complete(run(template, bindings, budget));
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        };
    Thread thread = new Thread(null, task, "chat-template", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      // The budget stops the thread by itself; the wait is a little longer and for what it misses.
      return result.get(limits.time().toMillis() + 500, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChatTemplateException("interrupted while rendering the chat template", e);
    } finally {
      budget.cancel();
    }
  }

  private ChatTemplateException failure(Throwable cause) {
    if (cause instanceof TemplateAbort abort) {
      return new ChatTemplateException(abort.getMessage(), abort);
    }
    if (cause instanceof TimeoutException) {
      return new ChatTemplateException(RenderBudget.timeMessage(limits.time()), cause);
    }
    if (cause instanceof StackOverflowError) {
      return new ChatTemplateException("the chat template is nested too deeply", cause);
    }
    if (cause instanceof OutOfMemoryError) {
      return new ChatTemplateException("the chat template needs too much memory", cause);
    }
    return new ChatTemplateException("the chat template failed: " + cause, cause);
  }

  private String run(String template, Map<String, Object> bindings, RenderBudget budget) {
    Jinjava jinjava = new TemplateExpressions(config(budget));
    Context context = jinjava.getGlobalContext();
    context.registerFilter(new PythonFilters.Trim());
    context.registerFilter(new PythonFilters.ToJson());
    context.registerFilter(new PythonFilters.Items());
    context.registerFilter(new PythonFilters.Length("length"));
    context.registerFilter(new PythonFilters.Length("count"));
    for (String name : Set.of("upper", "lower", "title", "capitalize", "replace")) {
      context.registerFilter(new PythonFilters.OfString(name));
    }
    context.registerExpTest(new IterableTest("iterable"));
    context.registerExpTest(new IterableTest("sequence"));
    context.registerTag(new FilteringForTag());
    context.registerTag(new GenerationTag());
    for (String name : Set.of("raise_exception", "strftime_now", "range")) {
      context.registerFunction(
          new ELFunctionDefinition(
              "", name, TemplateFunctions.class, name, TemplateFunctions.parameters(name)));
    }
    RenderResult result = jinjava.renderForResult(TemplateWhitespace.apply(template), bindings);
    if (!result.getErrors().isEmpty()) {
      throw TemplateAbort.of(result.getErrors().get(0));
    }
    return result.getOutput();
  }

  private JinjavaConfig config(RenderBudget budget) {
    return JinjavaConfig.newBuilder()
        .withKeepTrailingNewline(true)
        .withLegacyOverrides(LIKE_JINJA2)
        // Otherwise braces in a message would be run as template code.
        .withNestedInterpretationEnabled(false)
        .withEnableRecursiveMacroCalls(false)
        .withMaxRenderDepth(20)
        .withMaxOutputSize(limits.characters())
        .withMaxStringLength(limits.characters())
        .withMaxListSize(MAX_ITEMS)
        .withMaxMapSize(MAX_ITEMS)
        .withRangeLimit(MAX_ITEMS)
        .withDisabled(
            Map.of(
                Library.FILTER, others(new FilterLibrary(true, Set.of()).entries(), FILTERS),
                Library.TAG, otherTags(new TagLibrary(true, Set.of()).entries()),
                Library.FUNCTION, otherFunctions(new FunctionLibrary(true, Set.of()).entries())))
        .withElResolver(new TemplateResolver())
        .withInterperterFactory(
            new InterpreterFactory() {
              @Override
              public JinjavaInterpreter newInstance(JinjavaInterpreter original) {
                throw new TemplateAbort("the chat template starts another template");
              }

              @Override
              public JinjavaInterpreter newInstance(
                  Jinjava application, Context context, JinjavaConfig config) {
                return new SandboxInterpreter(application, context, config, budget, clock);
              }
            })
        .build();
  }

  private static Set<String> others(Collection<Filter> all, Set<String> allowed) {
    return all.stream()
        .map(Filter::getName)
        .filter(name -> !allowed.contains(name))
        .collect(Collectors.toSet());
  }

  private static Set<String> otherFunctions(Collection<ELFunctionDefinition> all) {
    return all.stream()
        .map(ELFunctionDefinition::getName)
        .filter(name -> !FUNCTIONS.contains(name))
        .collect(Collectors.toSet());
  }

  private static Set<String> otherTags(Collection<Tag> all) {
    return all.stream()
        .map(Tag::getName)
        .filter(name -> !TAGS.contains(name) && !name.startsWith("end"))
        .collect(Collectors.toSet());
  }
}
