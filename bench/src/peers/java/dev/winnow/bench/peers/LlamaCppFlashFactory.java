package dev.winnow.bench.peers;

import com.google.auto.service.AutoService;
import dev.winnow.bench.grid.Contender;
import dev.winnow.bench.grid.PeerFactory;

/** llama.cpp with {@code --flash-attn}. */
@AutoService(PeerFactory.class)
public final class LlamaCppFlashFactory implements PeerFactory {
  @Override
  public String name() {
    return "llama.cpp+fa";
  }

  @Override
  public Contender open(Request request) {
    return LlamaCpp.start(name(), request, true);
  }
}
