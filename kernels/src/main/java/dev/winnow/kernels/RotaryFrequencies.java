package dev.winnow.kernels;

import java.util.Arrays;

/**
 * Angular step per position of every rotary pair, as Hugging Face's rope types define them and in
 * the precision in which it computes them, float32.
 */
final class RotaryFrequencies {
  private RotaryFrequencies() {}

  /** One frequency in radians per position for each of the {@code rotaryDim / 2} pairs. */
  static double[] of(RotaryConfig config) {
    double[] plain = plain(config);
    RotaryScaling scaling = config.scaling();
    if (scaling instanceof RotaryScaling.Linear linear) {
      return Arrays.stream(plain).map(f -> f / linear.factor()).toArray();
    }
    if (scaling instanceof RotaryScaling.Llama3 llama3) {
      return Arrays.stream(plain).map(f -> llama3(f, llama3)).toArray();
    }
    if (scaling instanceof RotaryScaling.Yarn yarn) {
      return yarn(plain, config, yarn);
    }
    return plain;
  }

  /** Factor on every cosine and sine. */
  static double attentionFactor(RotaryScaling scaling) {
    return scaling instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
  }

  private static double[] plain(RotaryConfig config) {
    double[] frequencies = new double[config.rotaryDim() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2.0 * i / config.rotaryDim());
      frequencies[i] = 1f / (float) Math.pow(config.theta(), exponent);
    }
    return frequencies;
  }

  private static double llama3(double frequency, RotaryScaling.Llama3 scaling) {
    double wavelength = 2 * Math.PI / frequency;
    double turns = scaling.originalContext() / wavelength;
    if (wavelength > scaling.originalContext() / scaling.lowFreqFactor()) {
      return frequency / scaling.factor();
    }
    if (wavelength < scaling.originalContext() / scaling.highFreqFactor()) {
      return frequency;
    }
    double smooth =
        (turns - scaling.lowFreqFactor()) / (scaling.highFreqFactor() - scaling.lowFreqFactor());
    return (1 - smooth) * frequency / scaling.factor() + smooth * frequency;
  }

  private static double[] yarn(double[] plain, RotaryConfig config, RotaryScaling.Yarn scaling) {
    double low = correctionDim(scaling.betaFast(), config, scaling);
    double high = correctionDim(scaling.betaSlow(), config, scaling);
    if (scaling.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, config.rotaryDim() - 1);
    if (low == high) {
      high += 0.001; // the original's guard against a division by zero
    }
    double[] frequencies = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      double ramp = Math.clamp((i - low) / (high - low), 0.0, 1.0);
      frequencies[i] = plain[i] / scaling.factor() * ramp + plain[i] * (1 - ramp);
    }
    return frequencies;
  }

  /** The pair, as a real number, that makes {@code rotations} turns in the original context. */
  private static double correctionDim(
      double rotations, RotaryConfig config, RotaryScaling.Yarn scaling) {
    return config.rotaryDim()
        * Math.log(scaling.originalContext() / (rotations * 2 * Math.PI))
        / (2 * Math.log(config.theta()));
  }
}
