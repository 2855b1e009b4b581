package dev.winnow.bench.peers;

import com.google.auto.service.AutoService;
import dev.winnow.bench.grid.Contender;
import dev.winnow.bench.grid.PeerFactory;

/** llama.cpp as it is by default. */
@AutoService(PeerFactory.class)
public final class LlamaCppFactory implements PeerFactory {
  @Override
  public String name() {
    return "llama.cpp";
  }

  @Override
  public Contender open(Request request) {
    return LlamaCpp.start(name(), request, false);
  }
}
