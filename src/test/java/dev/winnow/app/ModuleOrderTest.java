package dev.winnow.app;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

/** The order of the modules, and where third-party libraries may be used. */
@AnalyzeClasses(packages = "dev.winnow", importOptions = ModuleOrderTest.NoTests.class)
class ModuleOrderTest {
  /** Leaves out test classes, those in other modules' test jars too. */
  static final class NoTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  private static final String KERNELS = "dev.winnow.kernels..";
  private static final String MODELS = "dev.winnow.models..";
  private static final String ENGINE = "dev.winnow.engine..";
  private static final String BENCH = "dev.winnow.bench..";
  private static final String APP = "dev.winnow.app..";

  @ArchTest
  static final ArchRule nothing_points_back =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("kernels")
          .definedBy(KERNELS)
          .layer("models")
          .definedBy(MODELS)
          .layer("engine")
          .definedBy(ENGINE)
          .layer("bench")
          .definedBy(BENCH)
          .layer("app")
          .definedBy(APP)
          .whereLayer("app")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("bench")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("bench", "app")
          .whereLayer("models")
          .mayOnlyBeAccessedByLayers("engine", "bench", "app");

  @ArchTest static final ArchRule djl_is_used_by_models_alone = onlyIn(MODELS, "ai.djl..");

  @ArchTest
  static final ArchRule jinjava_is_used_for_chat_templates_alone =
      onlyIn("dev.winnow.models.text..", "com.hubspot.jinjava..", "javassist..");

  @ArchTest
  static final ArchRule picocli_and_progress_bars_are_used_by_the_app_alone =
      onlyIn(APP, "picocli..", "me.tongfei.progressbar..", "org.jline..");

  @ArchTest static final ArchRule jmh_is_used_by_bench_alone = onlyIn(BENCH, "org.openjdk.jmh..");

  @ArchTest
  static final ArchRule kernels_travel_alone =
      noClasses()
          .that()
          .resideInAPackage(KERNELS)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("ai.djl..", "com.fasterxml..", "com.google.gson..", "ch.qos.."))
          .because("a parity run travels to another machine in a few megabytes");

  @ArchTest
  static final ArchRule gson_is_in_no_public_signature =
      methods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .should(notMention("com.google.gson"))
          .because("DJL brings gson, and may stop");

  @ArchTest
  static final ArchRule models_know_nothing_of_techniques =
      noClasses()
          .that()
          .resideInAnyPackage(KERNELS, MODELS)
          .should(dependOnClassesThat(resideInAnyPackage("dev.winnow.engine.technique..")));

  @ArchTest
  static final ArchRule techniques_never_see_a_model_class =
      classes()
          .that()
          .resideInAPackage("dev.winnow.engine.technique..")
          .should()
          .onlyDependOnClassesThat(
              DescribedPredicate.not(resideInAnyPackage(MODELS))
                  .or(simpleNames("ModelConfig", "AttentionSpec")));

  @ArchTest
  static final ArchRule packages_of_the_kernels_form_no_circle =
      slices().matching("dev.winnow.kernels.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule fields_that_are_static_are_final =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(DescribedPredicate.not(generated()))
          .should()
          .beFinal()
          .because("sequences must not influence each other");

  private static ArchRule onlyIn(String home, String... libraries) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat(resideInAnyPackage(libraries));
  }

  private static DescribedPredicate<JavaClass> simpleNames(String... names) {
    return DescribedPredicate.describe(
        "are called " + String.join(" or ", names),
        type -> List.of(names).contains(type.getSimpleName()));
  }

  private static DescribedPredicate<JavaClass> generated() {
    return DescribedPredicate.describe(
        "generated by JMH", type -> type.getPackageName().contains("jmh_generated"));
  }

  private static ArchCondition<JavaMethod> notMention(String prefix) {
    return new ArchCondition<>("not mention " + prefix) {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean mentions =
            method.getRawReturnType().getPackageName().startsWith(prefix)
                || method.getRawParameterTypes().stream()
                    .anyMatch(type -> type.getPackageName().startsWith(prefix));
        if (mentions && method.getModifiers().contains(JavaModifier.PUBLIC)) {
          events.add(SimpleConditionEvent.violated(method, method.getFullName()));
        }
      }
    };
  }
}
