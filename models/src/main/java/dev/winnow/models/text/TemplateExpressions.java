package dev.winnow.models.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.el.ExtendedSyntaxBuilder;
import com.hubspot.jinjava.el.TruthyTypeConverter;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.tree.TreeStore;
import jinjava.de.odysseus.el.tree.impl.Cache;
import jinjava.de.odysseus.el.tree.impl.Parser;
import jinjava.javax.el.ExpressionFactory;

/** Jinjava with the operators of expressions read and computed as Jinja2 does. */
final class TemplateExpressions extends Jinjava {
  private static final int CACHED_EXPRESSIONS = 200;

  private final ExpressionFactory factory =
      new ExpressionFactoryImpl(
          new TreeStore(new SyntaxBuilder(), new Cache(CACHED_EXPRESSIONS)),
          new TruthyTypeConverter());

  TemplateExpressions(JinjavaConfig config) {
    super(config);
  }

  @Override
  public ExpressionFactory getExpressionFactory() {
    return factory;
  }

  private static final class SyntaxBuilder extends ExtendedSyntaxBuilder {
    private static final long serialVersionUID = 1L;

    SyntaxBuilder() {
      super(Feature.METHOD_INVOCATIONS, Feature.VARARGS);
    }

    @Override
    protected Parser createParser(String expression) {
      return new TemplateParser(this, expression);
    }
  }
}
