package dev.winnow.app;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyUsageTest {
  @TempDir Path home;

  @Test
  void aChunkBelowOneIsNamedAsItWasTyped() {
    Cli.in(home).run("verify", "anything", "--chunk", "0").isWrongUsage("--chunk must be >= 1");
  }
}
