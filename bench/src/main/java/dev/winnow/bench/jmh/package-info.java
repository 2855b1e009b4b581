/** JMH benchmarks; each checks its result before it is timed. */
package dev.winnow.bench.jmh;
