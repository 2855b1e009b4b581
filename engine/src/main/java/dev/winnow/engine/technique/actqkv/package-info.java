/**
 * Retrieval of blocks of far keys by representatives: ActQKV, and InfLLM as ActQKV without its
 * parts.
 */
package dev.winnow.engine.technique.actqkv;
