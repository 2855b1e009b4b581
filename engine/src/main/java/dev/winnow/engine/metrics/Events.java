package dev.winnow.engine.metrics;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Events for JDK Flight Recorder; they cost nothing while no recording asks for them. */
public final class Events {
  private Events() {}

  /** A checkpoint was brought into memory. */
  @Name("dev.winnow.ModelLoad")
  @Label("Model Load")
  @Category("Winnow")
  @StackTrace(false)
  public static final class ModelLoad extends Event {
    /** Where the checkpoint is. */
    @Label("Source")
    public String source;

    /** Bytes that the weights take. */
    @Label("Weights")
    @DataAmount
    public long weightBytes;
  }

  /** Prompt tokens went through the model. */
  @Name("dev.winnow.Prefill")
  @Label("Prefill")
  @Category("Winnow")
  @StackTrace(false)
  public static final class Prefill extends Event {
    /** Tokens of this chunk. */
    @Label("Tokens")
    public int tokens;

    /** Tokens in the cache before it. */
    @Label("Position")
    public int position;
  }

  /** One generated token went through the model. */
  @Name("dev.winnow.DecodeStep")
  @Label("Decode Step")
  @Category("Winnow")
  @StackTrace(false)
  public static final class DecodeStep extends Event {
    /** Tokens in the cache before it. */
    @Label("Position")
    public int position;
  }
}
