package dev.winnow.engine;

import dev.winnow.engine.sampling.TokenLogProbs;
import java.util.Optional;

/**
 * A token that was generated.
 *
 * @param id the token
 * @param text text that became certain with it; empty while a character or a possible stop string
 *     is incomplete, and always without a tokenizer
 * @param logProbs if {@code top_logprobs} was set
 */
public record TokenEvent(int id, String text, Optional<TokenLogProbs> logProbs) {}
