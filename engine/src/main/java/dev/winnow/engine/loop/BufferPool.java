package dev.winnow.engine.loop;

import dev.winnow.models.CausalLm;
import java.util.ArrayDeque;
import java.util.Deque;

/** Step buffers of one model, as many as steps ran at once; a step borrows one and returns it. */
final class BufferPool implements AutoCloseable {
  private final CausalLm model;
  private final Deque<StepBuffers> idle = new ArrayDeque<>();

  BufferPool(CausalLm model) {
    this.model = model;
  }

  /** Buffers for {@code rows} rows; smaller ones that are idle are replaced. */
  StepBuffers borrow(int rows) {
    synchronized (this) {
      StepBuffers buffers = idle.poll();
      if (buffers != null && buffers.workspace().capacity() >= rows) {
        return buffers;
      }
      if (buffers != null) {
        buffers.close();
      }
    }
    return new StepBuffers(model, rows);
  }

  synchronized void giveBack(StepBuffers buffers) {
    idle.push(buffers);
  }

  /** Frees the buffers; called when no step runs. */
  @Override
  public synchronized void close() {
    idle.forEach(StepBuffers::close);
    idle.clear();
  }
}
