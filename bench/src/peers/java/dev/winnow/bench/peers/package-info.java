/** Other engines to compare with; built on request only. */
package dev.winnow.bench.peers;
