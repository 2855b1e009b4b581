package dev.winnow.models.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstRightValue;
import jinjava.javax.el.ELContext;

/** {@code base[start:stop:step]} of a list or a string, with Python's meaning. */
final class SliceNode extends AstRightValue {
  private final AstNode base;
  private final AstNode start;
  private final AstNode stop;
  private final AstNode step;

  /** All but {@code base} may be null. */
  SliceNode(AstNode base, AstNode start, AstNode stop, AstNode step) {
    this.base = base;
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  @Override
  public Object eval(Bindings bindings, ELContext context) {
    Object value = base.eval(bindings, context);
    if (value instanceof CharSequence text) {
      int[] codePoints = text.codePoints().toArray();
      StringBuilder result = new StringBuilder();
      for (int index : indexes(codePoints.length, bindings, context)) {
        result.appendCodePoint(codePoints[index]);
      }
      return result.toString();
    }
    if (value instanceof Collection<?> collection) {
      List<?> items = new ArrayList<>(collection);
      List<Object> result = new ArrayList<>();
      for (int index : indexes(items.size(), bindings, context)) {
        result.add(items.get(index));
      }
      return result;
    }
    throw new TemplateAbort("the chat template slices something that is no list and no string");
  }

  private List<Integer> indexes(int size, Bindings bindings, ELContext context) {
    long by = number(step, 1, bindings, context);
    if (by == 0) {
      throw new TemplateAbort("the chat template slices with step 0");
    }
    long lowest = by > 0 ? 0 : -1;
    long highest = by > 0 ? size : size - 1L;
    long from = number(start, Long.MIN_VALUE, bindings, context);
    long to = number(stop, Long.MIN_VALUE, bindings, context);
    from =
        from == Long.MIN_VALUE ? (by > 0 ? lowest : highest) : within(from, size, lowest, highest);
    to = to == Long.MIN_VALUE ? (by > 0 ? highest : lowest) : within(to, size, lowest, highest);
    List<Integer> indexes = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      indexes.add((int) i);
    }
    return indexes;
  }

  private static long within(long index, int size, long lowest, long highest) {
    return Math.clamp(index < 0 ? index + size : index, lowest, highest);
  }

  private static long number(AstNode node, long otherwise, Bindings bindings, ELContext context) {
    Object value = node == null ? null : node.eval(bindings, context);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      return Math.clamp(number.longValue(), -(1L << 40), 1L << 40);
    }
    throw new TemplateAbort("the chat template slices with " + value + ", which is no number");
  }

  @Override
  public void appendStructure(StringBuilder builder, Bindings bindings) {
    base.appendStructure(builder, bindings);
    builder.append("[:]");
  }

  @Override
  public int getCardinality() {
    return 1;
  }

  @Override
  public AstNode getChild(int index) {
    return index == 0 ? base : null;
  }
}
