package dev.winnow.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where a tensor lies and what turns its bytes into Hugging Face's numbers.
 *
 * @param info name, type and shape
 * @param data exactly the stored bytes
 * @param decoder converts blocks
 * @param blockElements elements of a block, which never crosses a row
 * @param blockBytes bytes of a block
 * @param headDim when positive, rows are stored with the halves of each head interleaved and are
 *     put back into halves
 * @param offset added to every element
 */
record StoredTensor(
    TensorInfo info,
    MemorySegment data,
    Decoder decoder,
    int blockElements,
    int blockBytes,
    int headDim,
    float offset) {

  StoredTensor(TensorInfo info, MemorySegment data, Decoder decoder, int bytesPerElement) {
    this(info, data, decoder, 1, bytesPerElement, 0, 0f);
  }

  /** Rows {@code firstRow .. firstRow + rows} to float32; the arguments are in range. */
  void read(long firstRow, long rows, MemorySegment destination) {
    long rowLength = info.rowLength();
    float[] out = new float[(int) Math.min(Decoder.MAX_ELEMENTS, Math.max(1, rows * rowLength))];
    if (headDim == 0) {
      readElements(firstRow * rowLength, rows * rowLength, destination, 0, out);
    } else if (info.shape().size() == 1) {
      readHeadVector(destination);
    } else {
      for (long row = 0; row < rows; row++) {
        long stored = storedIndex(firstRow + row, headDim);
        readElements(stored * rowLength, rowLength, destination, row * rowLength, out);
      }
    }
  }

  private void readElements(
      long first, long count, MemorySegment destination, long firstOut, float[] out) {
    for (long done = 0; done < count; ) {
      int elements = (int) Math.min(Decoder.MAX_ELEMENTS, count - done);
      long at = (first + done) / blockElements * blockBytes;
      decoder.decode(data, at, out, elements);
      if (offset != 0f) {
        for (int i = 0; i < elements; i++) {
          out[i] += offset;
        }
      }
      MemorySegment.copy(
          out,
          0,
          destination,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          (firstOut + done) * Float.BYTES,
          elements);
      done += elements;
    }
  }

  /** A bias is one row, so here elements move rather than rows. */
  private void readHeadVector(MemorySegment destination) {
    float[] one = new float[blockElements];
    for (long i = 0; i < info.elements(); i++) {
      long stored = storedIndex(i, headDim);
      decoder.decode(data, stored / blockElements * blockBytes, one, blockElements);
      destination.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          i * Float.BYTES,
          one[(int) (stored % blockElements)] + offset);
    }
  }

  /**
   * Row {@code 2 * i + s} of a head as GGUF stores it is row {@code s * headDim / 2 + i} as Hugging
   * Face has it, {@code s} telling the half.
   */
  static long storedIndex(long index, int headDim) {
    long inHead = index % headDim;
    int half = headDim / 2;
    return index - inHead + 2 * (inHead % half) + inHead / half;
  }
}
