/**
 * Checkpoint files, read in Hugging Face's terms whatever their format.
 *
 * <p>{@link dev.winnow.models.checkpoint.Checkpoints#open} finds the format. Every count, length
 * and offset of a file is checked against the file before it is used.
 */
package dev.winnow.models.checkpoint;
