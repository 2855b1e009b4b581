package dev.winnow.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Lines to and from another process: llama.cpp writes logs to both standard streams. */
final class Channel implements AutoCloseable {
  private final Socket socket;
  private final PrintWriter to;
  private final BufferedReader from;

  /** Owns {@code socket}. */
  Channel(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    to = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
    from =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Sends a line and waits for the answer. */
  String ask(String line) {
    send(line);
    String answer = receive();
    return answer == null ? "its process ended" : answer;
  }

  void send(String line) {
    to.println(line.replace('\n', ' '));
  }

  /** The next line, or null at the end. */
  String receive() {
    try {
      return from.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
