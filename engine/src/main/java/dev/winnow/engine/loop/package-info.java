/** The layer loop, over chunks of a prompt and over generated tokens. */
package dev.winnow.engine.loop;
