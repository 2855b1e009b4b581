package dev.winnow.engine.technique;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * How many tokens attention may read, sinks and windows included.
 *
 * @param value tokens if at least 1, else the share of the tokens that there are
 */
public record TokenBudget(double value) {
  /** Checks the range. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TokenBudget {
    if (!(value > 0) || value > Integer.MAX_VALUE || (value >= 1 && value != Math.rint(value))) {
      throw new IllegalArgumentException(
          "token_budget must be a whole number of tokens >= 1 or a ratio in (0, 1), got " + value);
    }
  }

  /** A budget of so many tokens. */
  public static TokenBudget tokens(int tokens) {
    return new TokenBudget(tokens);
  }

  /** A budget of that share of the tokens, in (0, 1). */
  public static TokenBudget ratio(double ratio) {
    return new TokenBudget(ratio);
  }

  /** Tokens of {@code length}: the number, or the ratio rounded down but at least 1. */
  public int of(int length) {
    return isRatio() ? Math.max(1, (int) Math.floor(length * value)) : (int) value;
  }

  /** The number as it stands in a config: whole if it counts tokens. */
  @JsonValue
  Number json() {
    if (isRatio()) {
      return value;
    }
    return (int) value;
  }

  /** Whether it is a share of the length. */
  public boolean isRatio() {
    return value < 1;
  }

  @Override
  public String toString() {
    return isRatio() ? Double.toString(value) : Integer.toString((int) value);
  }
}
