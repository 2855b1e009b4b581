package dev.winnow.models.testing;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Reports a test class as skipped where the {@link SharedFolder} lacks a file it needs; a class
 * that gives up in {@code @BeforeAll} would be missing from Maven's report.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsShared.Condition.class)
public @interface NeedsShared {
  /** Files by their names in the folder. */
  String[] value();

  /** Looks for the files. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      NeedsShared needs =
          AnnotationSupport.findAnnotation(context.getRequiredTestClass(), NeedsShared.class)
              .orElseThrow();
      for (String file : needs.value()) {
        if (SharedFolder.find()
            .map(folder -> folder.resolve(file))
            .filter(Files::exists)
            .isEmpty()) {
          return disabled("WINNOW_SHARED does not hold " + file);
        }
      }
      return enabled("all files are there");
    }
  }
}
