/**
 * The methods that others are judged by, under one interface and with budgets that mean the same:
 * those that evict free memory, those that select read less of it, and two bounds.
 */
package dev.winnow.engine.technique.baseline;
