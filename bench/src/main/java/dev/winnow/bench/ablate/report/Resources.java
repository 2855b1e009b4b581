package dev.winnow.bench.ablate.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Files of the page on the class path. */
final class Resources {
  private static final String ECHARTS =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  private Resources() {}

  /** Of this package. */
  static String read(String name) throws IOException {
    return text(name);
  }

  /** The library that draws charts. */
  static String echarts() throws IOException {
    return text(ECHARTS);
  }

  private static String text(String name) throws IOException {
    try (InputStream in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(
            "%s is not on the class path; the report needs the jars that winnow-bench depends on"
                .formatted(name));
      }
      // Browsers read line ends so, and check scripts' hashes after that.
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
  }
}
