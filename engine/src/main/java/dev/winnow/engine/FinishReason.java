package dev.winnow.engine;

/** Why a generation ended. */
public enum FinishReason {
  /** The model produced an end-of-sequence token. */
  EOS("stop"),
  /** The text reached a stop string. */
  STOP("stop"),
  /** {@code max_new_tokens} were generated or the context is full. */
  LENGTH("length"),
  /** Cancelled, interrupted, or its session or model closed. */
  CANCELLED("cancelled");

  private final String label;

  FinishReason(String label) {
    this.label = label;
  }

  /** The name in JSON, as in OpenAI's interface. */
  public String label() {
    return label;
  }
}
