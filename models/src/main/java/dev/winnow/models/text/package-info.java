/** From text to token ids and back: tokenizers, streaming decode and chat templates. */
package dev.winnow.models.text;
