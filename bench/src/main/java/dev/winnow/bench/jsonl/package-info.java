/** Questions of one's own, a JSON object on each line, and how well they are answered. */
package dev.winnow.bench.jsonl;
