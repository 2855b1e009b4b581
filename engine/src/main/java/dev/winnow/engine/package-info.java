/**
 * Generation: {@link dev.winnow.engine.LanguageModel} turns prompts into tokens, {@link
 * dev.winnow.engine.Session} keeps a sequence open.
 *
 * <p>Below it: {@code loop} runs the layers, {@code cache} keeps keys and values, {@code technique}
 * is where sparsity plugs in, {@code sampling} chooses tokens, {@code metrics} counts.
 */
package dev.winnow.engine;
