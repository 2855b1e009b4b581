package dev.winnow.models.text;

import com.hubspot.jinjava.el.ext.AdditionOperator;
import com.hubspot.jinjava.el.ext.AstNamedParameter;
import com.hubspot.jinjava.el.ext.ExtendedParser;
import com.hubspot.jinjava.el.ext.NamedParameterOperator;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.util.ObjectTruthValue;
import jinjava.de.odysseus.el.misc.NumberOperations;
import jinjava.de.odysseus.el.misc.TypeConverter;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Scanner;
import jinjava.de.odysseus.el.tree.impl.Scanner.Symbol;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstDot;
import jinjava.de.odysseus.el.tree.impl.ast.AstIdentifier;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstUnary;
import jinjava.javax.el.ELContext;

/** Reads expressions as Jinja2 does where Jinjava's parser reads them otherwise or not at all. */
final class TemplateParser extends ExtendedParser {
  private static final int MAX_DEPTH = 100;

  private static final int MAX_LENGTH = 8_000;

  private int depth;

  TemplateParser(Builder context, String input) {
    super(context, bounded(input));
  }

  /** The parser looks ahead from every bracket, at a cost of length squared times depth. */
  private static String bounded(String input) {
    int open = 0;
    int length = 0;
    char quote = 0;
    for (int i = 0; i < input.length(); i++) {
      char c = input.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
        continue;
      }
      quote = c == '"' || c == '\'' ? c : 0;
      length++;
      open += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (open > MAX_DEPTH || length > MAX_LENGTH) {
        throw new TemplateAbort(
            "the chat template has an expression nested more than %d deep or longer than %,d characters"
                .formatted(MAX_DEPTH, MAX_LENGTH));
      }
    }
    return input;
  }

  /** The value of a named argument is all that follows, not only its first operand. */
  @Override
  protected AstNode expr(boolean required) throws Scanner.ScanException, ParseException {
    if (getToken().getSymbol() == Symbol.IDENTIFIER
        && lookahead(0).getImage().equals(NamedParameterOperator.TOKEN.getImage())) {
      String name = consumeToken().getImage();
      consumeToken();
      return new AstNamedParameter(identifier(name), super.expr(true));
    }
    return super.expr(required);
  }

  /** {@code not} holds for a whole comparison, not only for its first operand. */
  @Override
  protected AstNode eq(boolean required) throws Scanner.ScanException, ParseException {
    if (getToken().getSymbol() == Symbol.NOT) {
      consumeToken();
      return createAstUnary(eq(true), AstUnary.NOT);
    }
    return super.eq(required);
  }

  @Override
  protected AstNode unary(boolean required) throws Scanner.ScanException, ParseException {
    if (++depth > MAX_DEPTH) {
      throw new TemplateAbort(
          "the chat template nests an expression more than %d deep".formatted(MAX_DEPTH));
    }
    JinjavaInterpreter.getCurrent().getContext();
    AstNode node = super.unary(required);
    depth--;
    return node;
  }

  /** Properties, indexes, calls and slices; slices may have a step. */
  @Override
  protected AstNode value() throws Scanner.ScanException, ParseException {
    AstNode node = nonliteral();
    boolean lvalue = node != null;
    if (node == null) {
      node = literal();
    }
    while (node != null) {
      if (getToken().getSymbol() == Symbol.DOT) {
        consumeToken();
        AstDot dot = createAstDot(node, consumeToken(Symbol.IDENTIFIER).getImage(), lvalue);
        node = getToken().getSymbol() == Symbol.LPAREN ? createAstMethod(dot, params()) : dot;
      } else if (getToken().getSymbol() == Symbol.LBRACK) {
        consumeToken();
        AstNode first = expr(false);
        if (getToken().getSymbol() == Symbol.COLON) {
          node = slice(node, first);
        } else {
          consumeToken(Symbol.RBRACK);
          node = createAstBracket(node, first, lvalue, true);
        }
      } else {
        return node;
      }
    }
    return null;
  }

  private AstNode slice(AstNode base, AstNode start) throws Scanner.ScanException, ParseException {
    consumeToken(Symbol.COLON);
    AstNode stop = expr(false);
    AstNode step = null;
    if (getToken().getSymbol() == Symbol.COLON) {
      consumeToken();
      step = expr(false);
    }
    consumeToken(Symbol.RBRACK);
    return new SliceNode(base, start, stop, step);
  }

  /** An unknown filter or test would otherwise count as undefined. */
  @Override
  protected AstIdentifier createAstIdentifier(String name, int index) {
    Context known = JinjavaInterpreter.getCurrent().getContext();
    if ((name.startsWith(FILTER_PREFIX)
            && known.getFilter(name.substring(FILTER_PREFIX.length())) == null)
        || (name.startsWith(EXPTEST_PREFIX)
            && known.getExpTest(name.substring(EXPTEST_PREFIX.length())) == null)) {
      throw new TemplateAbort("the chat template uses an unknown " + name);
    }
    return super.createAstIdentifier(name, index);
  }

  @Override
  protected AstBinary createAstBinary(AstNode left, AstNode right, AstBinary.Operator operator) {
    if (operator.equals(AdditionOperator.OP)) {
      return super.createAstBinary(left, right, new Addition());
    }
    if (operator.equals(AstBinary.MUL)) {
      return super.createAstBinary(left, right, new Multiplication());
    }
    if (operator.equals(AstBinary.MOD)) {
      return super.createAstBinary(left, right, new Modulo());
    }
    if (operator.equals(AstBinary.AND)) {
      return super.createAstBinary(left, right, TemplateParser::and);
    }
    return super.createAstBinary(left, right, operator);
  }

  /** The operand that decides, as in Python, instead of true or false. */
  private static Object and(Bindings bindings, ELContext context, AstNode left, AstNode right) {
    Object first = left.eval(bindings, context);
    return ObjectTruthValue.evaluate(first) ? right.eval(bindings, context) : first;
  }

  /** Has the sign of the divisor. */
  private static final class Modulo extends AstBinary.SimpleOperator {
    @Override
    protected Object apply(TypeConverter converter, Object left, Object right) {
      return left instanceof Long dividend && right instanceof Long divisor && divisor != 0
          ? (Object) Math.floorMod(dividend, divisor)
          : NumberOperations.mod(converter, left, right);
    }
  }

  /** Refuses an undefined operand, which Jinjava would write as the word null. */
  private static final class Addition extends AdditionOperator {
    @Override
    protected Object apply(TypeConverter converter, Object left, Object right) {
      if (left == null || right == null) {
        throw new TemplateAbort("the chat template adds an undefined value to another one");
      }
      return super.apply(converter, left, right);
    }
  }

  /** Repeats strings. */
  private static final class Multiplication extends AstBinary.SimpleOperator {
    @Override
    protected Object apply(TypeConverter converter, Object left, Object right) {
      if (left instanceof CharSequence text && right instanceof Number times) {
        return repeat(text.toString(), times.longValue());
      }
      if (right instanceof CharSequence text && left instanceof Number times) {
        return repeat(text.toString(), times.longValue());
      }
      return NumberOperations.mul(converter, left, right);
    }

    private static String repeat(String text, long times) {
      long limit = JinjavaInterpreter.getCurrent().getConfig().getMaxStringLength();
      if (times > 0 && text.length() > limit / times) {
        throw new TemplateAbort(
            "the chat template makes a string of more than %,d characters".formatted(limit));
      }
      return text.repeat((int) Math.max(0, times));
    }
  }
}
