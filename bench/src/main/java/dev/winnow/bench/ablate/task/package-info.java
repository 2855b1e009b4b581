/** What ablations measure, a class for each suite. */
package dev.winnow.bench.ablate.task;
