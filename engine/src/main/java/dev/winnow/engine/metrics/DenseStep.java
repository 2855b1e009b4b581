package dev.winnow.engine.metrics;

import dev.winnow.kernels.AttentionCost;

/**
 * What exact dense execution of one layer costs in one step.
 *
 * @param rows tokens of the step
 * @param headDim elements per head
 * @param products floating-point operations of its matrix products
 * @param attention its attention
 */
public record DenseStep(int rows, int headDim, long products, AttentionCost attention) {}
