/** How many of the three pairs of brackets are even in a fence: as many that open as close. */
import { contentEnd, contentStart, fencesFound } from './prose';

/** The sum over all fences of the text of the share of pairs that are even. */
export function evenPairs(text: usize): f64 {
  let sum: f64 = 0;
  for (let fence: u32 = 0; fence < fencesFound(); fence++) {
    sum += evenShare(text + contentStart(fence), text + contentEnd(fence));
  }
  return sum;
}

function evenShare(start: usize, end: usize): f64 {
  let round: i32 = 0;
  let square: i32 = 0;
  let curly: i32 = 0;
  for (let at = start; at < end; at += 16) {
    const chunk = v128.load(at);
    const kept = ((<usize>1) << min(end - at, 16)) - 1;
    round += countOf(chunk, 0x28, kept) - countOf(chunk, 0x29, kept);
    square += countOf(chunk, 0x5b, kept) - countOf(chunk, 0x5d, kept);
    curly += countOf(chunk, 0x7b, kept) - countOf(chunk, 0x7d, kept);
  }
  return <f64>(<i32>(round == 0) + <i32>(square == 0) + <i32>(curly == 0)) / 3;
}

function countOf(chunk: v128, byte: i8, kept: usize): i32 {
  return popcnt(i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(byte))) & (<i32>kept));
}
