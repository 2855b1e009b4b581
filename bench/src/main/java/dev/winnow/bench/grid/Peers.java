package dev.winnow.bench.grid;

import java.util.ServiceLoader;
import java.util.TreeMap;

/** The peers in this process's class path. */
public final class Peers {
  private Peers() {}

  /**
   * The factory called {@code name}.
   *
   * @throws IllegalArgumentException if there is none, saying how to get it
   */
  public static PeerFactory find(String name) {
    TreeMap<String, PeerFactory> found = new TreeMap<>();
    for (PeerFactory factory : ServiceLoader.load(PeerFactory.class)) {
      found.put(factory.name(), factory);
    }
    PeerFactory factory = found.get(name);
    if (factory == null) {
      throw new IllegalArgumentException(
          found.isEmpty()
              ? "peer '%s' is not built in: no peer is part of the product. WINNOW_PEERS=1 in the"
                      .formatted(name)
                  + " environment builds it, which fetches de.kherud:llama: run the same command"
                  + " again as 'WINNOW_PEERS=1 ./winnow bench --peer "
                  + name
                  + " ...'"
              : "peer must be one of %s, got '%s'".formatted(found.navigableKeySet(), name));
    }
    return factory;
  }
}
