/** Which token of the text is at a byte: the tokens before each block are counted once. */
import { BLOCK_BYTES, TOKEN_START, maskBytes, recordAt } from './masks';
import { takeWork } from './memory';

const BLOCK_SHIFT: usize = 6;

/** For each block of 64 bytes the tokens that begin before it, u32 each. */
let before: usize = 0;
let indexedMasks: usize = 0;

/** Counts the tokens before each block of the text behind the masks. */
export function indexTokens(masks: usize, bytes: usize): void {
  before = takeWork(maskBytes(bytes) >>> (BLOCK_SHIFT - 2));
  indexedMasks = masks;
  let tokens: u32 = 0;
  let at = before;
  for (let offset: usize = 0; offset <= bytes; offset += BLOCK_BYTES) {
    store<u32>(at, tokens);
    tokens += <u32>popcnt(load<u64>(recordAt(masks, offset), TOKEN_START));
    at += 4;
  }
}

/** Tokens that begin before the offset; so the index of the first that begins there or behind. */
export function tokensBefore(offset: usize): u32 {
  const starts = load<u64>(recordAt(indexedMasks, offset), TOKEN_START) & (((<u64>1) << (offset & 63)) - 1);
  return load<u32>(before + ((offset >>> BLOCK_SHIFT) << 2)) + <u32>popcnt(starts);
}
