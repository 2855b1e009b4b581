package dev.winnow.models.hub;

import java.net.URI;

/**
 * A file on the hub.
 *
 * @param name path within the repository
 * @param uri where to fetch it
 * @param etag name of its blob: a SHA-256, a git SHA-1 or what the server chose
 * @param size bytes
 */
record RemoteFile(String name, URI uri, String etag, long size) {}
