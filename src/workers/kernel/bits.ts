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

/** The bytes of the block that are this one when the bits of `folded` are set in them. */
export function findAt(block: usize, byte: i8, folded: i8): u64 {
  const fold = i8x16.splat(folded);
  const a = v128.or(v128.load(block), fold);
  const b = v128.or(v128.load(block, 16), fold);
  const c = v128.or(v128.load(block, 32), fold);
  const d = v128.or(v128.load(block, 48), fold);
  return find(a, b, c, d, byte);
}

/** The bytes of the block that are the first of these two, with the second one behind it, when the bits of `folded` are set. */
export function findPairAt(block: usize, first: i8, second: i8, folded: i8): u64 {
  const fold = i8x16.splat(folded);
  const wanted = i8x16.splat(first);
  const behind = i8x16.splat(second);
  const a = v128.and(equals(block, wanted, fold), equals(block + 1, behind, fold));
  const b = v128.and(equals(block + 16, wanted, fold), equals(block + 17, behind, fold));
  const c = v128.and(equals(block + 32, wanted, fold), equals(block + 33, behind, fold));
  const d = v128.and(equals(block + 48, wanted, fold), equals(block + 49, behind, fold));
  return join(a, b, c, d);
}

function equals(address: usize, wanted: v128, fold: v128): v128 {
  return i8x16.eq(v128.or(v128.load(address), fold), wanted);
}

/** The run of set bits that ends with the highest bit. */
export function topRun(bits: u64): u64 {
  return ~bits == 0 ? u64.MAX_VALUE : ~(u64.MAX_VALUE >>> (<u64>clz(~bits)));
}
