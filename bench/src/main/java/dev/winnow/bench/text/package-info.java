/**
 * Seeded suites with exact answers for models that read text: passkeys, needles, threads and the
 * tasks of RULER that need no data sets.
 */
package dev.winnow.bench.text;
