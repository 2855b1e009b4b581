package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.ElseTag;
import com.hubspot.jinjava.lib.tag.ForTag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import com.hubspot.jinjava.util.ForLoop;
import com.hubspot.jinjava.util.ObjectIterator;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.List;

/** Adds {@code for x in xs if condition}, whose condition Jinjava takes for something else. */
final class FilteringForTag extends ForTag {
  private static final long serialVersionUID = 1L;

  @Override
  public String interpretUnchecked(TagNode node, JinjavaInterpreter interpreter) {
    for (Node child : node.getChildren()) {
      if (child instanceof TagNode tag && tag.getName().equals(ElseTag.TAG_NAME)) {
        throw new TemplateAbort("the chat template uses for with else, which is not supported");
      }
    }
    var parts = getLoopVarsAndExpression((TagToken) node.getMaster());
    String expression = parts.getRight();
    if (expression.endsWith(" recursive")) {
      throw new TemplateAbort("the chat template uses a recursive for, which is not supported");
    }
    int condition = conditionOf(expression);
    if (condition < 0) {
      return super.interpretUnchecked(node, interpreter);
    }
    if (parts.getLeft().size() != 1) {
      throw new TemplateAbort(
          "the chat template uses for with several variables and a condition, which is not supported");
    }
    Object all =
        interpreter.resolveELExpression(expression.substring(0, condition), node.getLineNumber());
    List<Object> chosen = new ArrayList<>();
    interpreter.enterScope();
    try {
      ForLoop loop = ObjectIterator.getLoop(all);
      while (loop.hasNext()) {
        Object item = interpreter.wrap(loop.next());
        interpreter.getContext().put(parts.getLeft().get(0), item);
        Object holds =
            interpreter.resolveELExpression(
                expression.substring(condition + " if ".length()), node.getLineNumber());
        if (ObjectTruthValue.evaluate(holds)) {
          chosen.add(item);
        }
      }
    } finally {
      interpreter.leaveScope();
    }
    return renderForCollection(node, interpreter, parts.getLeft(), chosen);
  }

  /** Where {@code if} stands outside of quotes and brackets, without an {@code else}; or -1. */
  private static int conditionOf(String expression) {
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if (depth == 0 && expression.startsWith(" if ", i)) {
        return expression.contains(" else ") ? -1 : i;
      }
    }
    return -1;
  }
}
