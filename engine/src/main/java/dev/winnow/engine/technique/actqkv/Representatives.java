package dev.winnow.engine.technique.actqkv;

/** Which heads choose the tokens that represent a block. */
public enum Representatives {
  /** Every query head: a representative has {@code heads * headDim} elements. */
  PER_QUERY_HEAD,
  /** Every KV head, by the sum over its query heads: {@code kvHeads * headDim} elements. */
  PER_KV_HEAD
}
