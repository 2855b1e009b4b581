package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;

/** {@code generation} marks the assistant's part for training; here it only renders its body. */
final class GenerationTag implements Tag {
  private static final long serialVersionUID = 1L;

  @Override
  public String getName() {
    return "generation";
  }

  @Override
  public String interpret(TagNode node, JinjavaInterpreter interpreter) {
    LengthLimitingStringBuilder body =
        new LengthLimitingStringBuilder(interpreter.getConfig().getMaxOutputSize());
    for (Node child : node.getChildren()) {
      body.append(child.render(interpreter));
    }
    return body.toString();
  }
}
