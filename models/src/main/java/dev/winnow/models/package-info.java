/**
 * From a checkpoint on disk to a model that can be stepped: formats, tokenizers, chat templates,
 * the hub cache, and each architecture's mathematics as TorchScript programs.
 */
package dev.winnow.models;
