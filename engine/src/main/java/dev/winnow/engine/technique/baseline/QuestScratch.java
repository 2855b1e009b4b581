package dev.winnow.engine.technique.baseline;

/** Memory that the layers of one sequence score pages in, one after the other. */
final class QuestScratch implements AutoCloseable {
  final Scratch positive = new Scratch();
  final Scratch negative = new Scratch();
  final Scratch scores = new Scratch();
  final Scratch more = new Scratch();

  @Override
  public void close() {
    positive.close();
    negative.close();
    scores.close();
    more.close();
  }
}
