/**
 * The phrases that C4 looks for, in any case.
 *
 * Beside the ASCII capitals only the Kelvin sign lower-cases to one of their letters alone. It is the `k` of cookie, so every phrase
 * with a `k` is compared from there to both sides.
 */
import { PHRASE, nextMark } from '../marks';

/** Bits for what is found. */
export const PHRASE_LOREM_IPSUM: u32 = 1;
export const PHRASE_JAVASCRIPT: u32 = 2;
/** Any of the phrases that speak of terms, privacy or cookies. */
export const PHRASE_POLICY: u32 = 4;

const SMALL_J: u32 = 0x6a;
const SMALL_K: u32 = 0x6b;
const SMALL_U: u32 = 0x75;
const SMALL_Y: u32 = 0x79;
/** U+212A as the three bytes E2 84 AA. */
const KELVIN_LEAD: u32 = 0xe2;
const KELVIN_REST: u32 = 0xaa84;
const KELVIN_WIDTH: usize = 3;

/** The part of a document that is looked through, as addresses: no phrase may reach out of it. */
let areaStart: usize = 0;
let areaEnd: usize = 0;

/** The phrases in the slice [from, to) of the marked text. */
export function markedPhrases(text: usize, from: usize, to: usize): u32 {
  let found: u32 = 0;
  let at = nextMark(PHRASE, from, to);
  if (at == to) return found;
  areaStart = text + from;
  areaEnd = text + to;
  for (; at < to; at = nextMark(PHRASE, at + 1, to)) found |= phrasesAt(text + at);
  return found;
}

/** The phrases in a text without marks. */
export function phrasesIn(start: usize, end: usize): u32 {
  let found: u32 = 0;
  areaStart = start;
  areaEnd = end;
  for (let at = start; at < end; at++) found |= phrasesAt(at);
  return found;
}

/** The phrases with the letter that they are marked by at `at`. */
function phrasesAt(at: usize): u32 {
  const lower = (<u32>load<u8>(at)) | 0x20;
  if (lower == SMALL_J) return holds(at, 'javascript') ? PHRASE_JAVASCRIPT : 0;
  if (lower == SMALL_K) return isCookiePhrase(at, at + 1) ? PHRASE_POLICY : 0;
  if (lower == SMALL_Y) return holds(at - 6, 'privacy policy') ? PHRASE_POLICY : 0;
  if (lower == SMALL_U) {
    if (holds(at - 9, 'lorem ipsum')) return PHRASE_LOREM_IPSUM;
    return holds(at - 9, 'terms of use') ? PHRASE_POLICY : 0;
  }
  if (lower != KELVIN_LEAD || load<u16>(at, 1) != KELVIN_REST) return 0;
  return isCookiePhrase(at, at + KELVIN_WIDTH) ? PHRASE_POLICY : 0;
}

/** Whether one of the phrases on cookies stands around the `k` in [start, end). */
function isCookiePhrase(start: usize, end: usize): bool {
  if (!holds(start - 3, 'coo')) return false;
  if (holds(end, 'ie policy')) return true;
  if (!holds(end, 'ies')) return false;
  return holds(start - 7, 'use coo') || holds(start - 8, 'uses coo') || holds(start - 10, 'use of coo');
}

/** Whether the part of a phrase, letters and spaces, stands at `at` in any case. */
function holds(at: usize, part: string): bool {
  if (at < areaStart || at + <usize>part.length > areaEnd) return false;
  for (let index = 0; index < part.length; index++) {
    const wanted = <u32>part.charCodeAt(index);
    const caseBit = (wanted & 0x40) >>> 1; // 0x20 for a letter, 0 for a space, which has no case
    if (((<u32>load<u8>(at++)) | caseBit) != wanted) return false;
  }
  return true;
}
