package dev.winnow.kernels;

/**
 * Float32 vectors {@code [rows, heads, headDim]} inside a wider row-major buffer, such as the query
 * part of a fused projection.
 *
 * <p>Element {@code (row, head, d)} lies at {@code offset + row * rowStride + head * headDim + d}.
 *
 * @param buffer float32 memory
 * @param offset first element
 * @param rows number of tokens
 * @param heads heads per token
 * @param headDim elements per head
 * @param rowStride elements from one token to the next, at least {@code heads * headDim}
 */
public record HeadsView(
    Buffer buffer, long offset, int rows, int heads, int headDim, int rowStride) {

  /** Checks that every element lies inside the buffer. */
  public HeadsView {
    if (buffer.dtype() != DType.F32) {
      throw new IllegalArgumentException("a HeadsView needs a F32 buffer, got " + buffer.dtype());
    }
    if (rows < 0 || heads < 1 || headDim < 1 || rowStride < heads * headDim || offset < 0) {
      throw new IllegalArgumentException(
          "bad view: offset %d, rows %d, heads %d, headDim %d, rowStride %d"
              .formatted(offset, rows, heads, headDim, rowStride));
    }
    long end = rows == 0 ? offset : offset + (rows - 1L) * rowStride + (long) heads * headDim;
    if (end > buffer.elements()) {
      throw new IllegalArgumentException(
          "view ends at element %d of a buffer of %d".formatted(end, buffer.elements()));
    }
  }

  /** A dense view {@code [rows, heads, headDim]} over the start of {@code buffer}. */
  public static HeadsView dense(Buffer buffer, int rows, int heads, int headDim) {
    return new HeadsView(buffer, 0, rows, heads, headDim, heads * headDim);
  }

  /** Index of the first element of {@code head} of {@code row}. */
  public long index(int row, int head) {
    return offset + (long) row * rowStride + (long) head * headDim;
  }

  /** The rows {@code [from, from + count)} of this view. */
  public HeadsView slice(int from, int count) {
    if (from < 0 || count < 0 || from + count > rows) {
      throw new IllegalArgumentException(
          "rows [%d, %d) of a view of %d".formatted(from, from + count, rows));
    }
    return new HeadsView(
        buffer, offset + (long) from * rowStride, count, heads, headDim, rowStride);
  }
}
