/** Sixty-four bytes as a mask of as many bits, and runs of bits in it. */

/** The sign bits of 64 bytes. */
export function join(a: v128, b: v128, c: v128, d: v128): u64 {
  const lower = (<u32>i8x16.bitmask(a)) | ((<u32>i8x16.bitmask(b)) << 16);
  const upper = (<u32>i8x16.bitmask(c)) | ((<u32>i8x16.bitmask(d)) << 16);
  return (<u64>lower) | ((<u64>upper) << 32);
}

/** The bytes that are this one. */
export function find(a: v128, b: v128, c: v128, d: v128, byte: i8): u64 {
  const wanted = i8x16.splat(byte);
  return join(i8x16.eq(a, wanted), i8x16.eq(b, wanted), i8x16.eq(c, wanted), i8x16.eq(d, wanted));
}

/** The run of set bits that ends with the highest bit. */
export function topRun(bits: u64): u64 {
  return ~bits == 0 ? u64.MAX_VALUE : ~(u64.MAX_VALUE >>> (<u64>clz(~bits)));
}
