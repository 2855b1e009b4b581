/**
 * What an ablation found, as a page that opens offline, pictures and a table: means with bootstrap
 * intervals, differences to dense in pairs, work executed against dense, and stated losses.
 */
package dev.winnow.bench.ablate.report;
