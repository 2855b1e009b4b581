package dev.winnow.models.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import java.time.Clock;

/** An interpreter that stops at the first error and when its time is over. */
final class SandboxInterpreter extends JinjavaInterpreter {
  private final RenderBudget budget;
  private final Clock clock;

  SandboxInterpreter(
      Jinjava application,
      Context context,
      JinjavaConfig config,
      RenderBudget budget,
      Clock clock) {
    super(application, context, config);
    this.budget = budget;
    this.clock = clock;
  }

  Clock clock() {
    return clock;
  }

  /** Every node and every turn of a loop passes here. */
  @Override
  public Context getContext() {
    // The super constructor asks before there is a budget.
    if (budget != null) {
      budget.check();
    }
    return super.getContext();
  }

  @Override
  public String getAsString(Object object) {
    if (object instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    return super.getAsString(object);
  }

  @Override
  public void addError(TemplateError error) {
    throw TemplateAbort.of(error);
  }
}
