package dev.winnow.app;

import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.TokenEvent;
import dev.winnow.engine.TokenListener;

/** Prints text, or ids where there is no tokenizer, as it comes; ends when nobody reads it. */
final class TokenPrinter implements TokenListener {
  private final Terminal terminal;
  private final boolean ids;
  private final CancellationToken cancellation;
  private boolean lineOpen;

  TokenPrinter(Terminal terminal, boolean ids, CancellationToken cancellation) {
    this.terminal = terminal;
    this.ids = ids;
    this.cancellation = cancellation;
  }

  @Override
  public void onToken(TokenEvent event) {
    String piece = ids ? (lineOpen ? " " : "") + event.id() : event.text();
    if (piece.isEmpty()) {
      return;
    }
    terminal.out().print(piece);
    terminal.out().flush();
    lineOpen = !piece.endsWith("\n");
    if (terminal.out().checkError()) {
      cancellation.cancel();
    }
  }

  @Override
  public void onComplete(GenerationResult result) {
    if (lineOpen) {
      terminal.out().println();
    }
  }
}
