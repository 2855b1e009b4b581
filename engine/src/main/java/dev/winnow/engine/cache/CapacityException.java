package dev.winnow.engine.cache;

/** A sequence would outgrow its context or the memory set aside for keys and values. */
public class CapacityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int neededTokens;
  private final int fittingTokens;

  /**
   * With a complete message.
   *
   * @param neededTokens tokens the sequence would have
   * @param fittingTokens tokens of it that fit
   */
  public CapacityException(String message, int neededTokens, int fittingTokens) {
    super(message);
    this.neededTokens = neededTokens;
    this.fittingTokens = fittingTokens;
  }

  /** Tokens the sequence would have had. */
  public int neededTokens() {
    return neededTokens;
  }

  /** Tokens of the sequence that would have fitted. */
  public int fittingTokens() {
    return fittingTokens;
  }
}
