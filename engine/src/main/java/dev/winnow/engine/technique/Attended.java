package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.KvPages;

/**
 * A layer's attention after it was computed. Valid until the hook returns.
 *
 * @param layer the layer, from 0
 * @param phase what the query rows are
 * @param plan what was read
 * @param cache keys and values of the layer
 * @param mass float32 {@code [heads, massKeys]}, the probability that each key of the plan got,
 *     summed over the query rows, keys of all segments in list order; null if not wanted
 * @param massKeys keys per head in {@code mass}: the most that any head reads
 */
public record Attended(
    int layer, Phase phase, AttentionPlan plan, KvPages cache, Buffer mass, int massKeys) {}
