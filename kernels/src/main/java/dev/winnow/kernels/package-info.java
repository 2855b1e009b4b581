/**
 * Attention and selection kernels over typed buffers.
 *
 * <p>{@link dev.winnow.kernels.Kernels} is the seam: one method per kernel, shapes in its Javadoc,
 * one implementation per device. Nothing here knows a model, a technique or DJL.
 */
package dev.winnow.kernels;
