/** Ablations on Apache Spark: one batch of runs a task, records as they finish. */
package dev.winnow.bench.spark;
