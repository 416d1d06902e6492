/** What C4 counts in a document: lines, the fates of lines, and sentences of the lines kept. */

/** The statistics by their index; those of a fate stand for the fate as well. */
export const LINES: i32 = 0;
export const KEPT: i32 = 1;
export const SENTENCES: i32 = 2;
export const TOO_LONG_WORD: i32 = 3;
export const NO_TERMINAL_PUNC: i32 = 4;
export const TOO_FEW_WORDS: i32 = 5;
export const JAVASCRIPT: i32 = 6;
export const POLICY: i32 = 7;
/** Statistics that are reported. */
export const STAT_COUNT: i32 = 8;
/** From here on the document is dropped with the line; these are fates only. */
export const LOREM_IPSUM: i32 = 8;
export const CURLY_BRACKET: i32 = 9;

/** A u32 for each of these, in three vectors. */
const TALLIES: usize = memory.data(12 << 2, 16);

export function clearTallies(): void {
  const zero = i32x4.splat(0);
  v128.store(TALLIES, zero);
  v128.store(TALLIES, zero, 16);
  v128.store(TALLIES, zero, 32);
}

export function tally(what: i32, times: u32): void {
  const counter = TALLIES + ((<usize>what) << 2);
  store<u32>(counter, load<u32>(counter) + times);
}

export function tallied(what: i32): u32 {
  return load<u32>(TALLIES + ((<usize>what) << 2));
}
