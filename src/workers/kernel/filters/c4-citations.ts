/**
 * Citations as Wikipedia has them: `[` digits of any script or none `]`, `[edit]` and `[citation needed]`.
 *
 * Between the brackets of the first kind there is no bracket, so all brackets of a line are looked at in one pass over its bytes.
 */
import { BRACKET, nextMark } from '../marks';
import { CLASS_DIGIT, classOf } from '../unicode';
import { decode, widthOf } from '../utf8';

const OPENING_BRACKET: u32 = 0x5b;
const CLOSING_BRACKET: u32 = 0x5d;
const SMALL_C: u32 = 0x63;
const SMALL_E: u32 = 0x65;

/** Where the first citation in [from, to) begins, or `to`. */
export function nextCitation(text: usize, from: usize, to: usize): usize {
  let at = nextMark(BRACKET, from, to);
  while (at < to && citationEnd(text + at, text + to) == 0) at = nextMark(BRACKET, at + 1, to);
  return at;
}

/** Writes the slice [from, to) of the text without its citations, of which the first begins at `citation`; returns the end. */
export function withoutCitations(text: usize, from: usize, to: usize, citation: usize, out: usize): usize {
  const end = text + to;
  let rest = text + from;
  for (let at = citation; at < to; at = nextCitation(text, rest - text, to)) {
    out = copy(rest, text + at, out);
    rest = citationEnd(text + at, end);
  }
  return copy(rest, end, out);
}

/** The end of the citation that begins at `start` and ends at `end` at most, or 0 when there is none. */
function citationEnd(start: usize, end: usize): usize {
  if (load<u8>(start) != OPENING_BRACKET) return 0;
  const first = <u32>load<u8>(start + 1);
  if (first == SMALL_E) return endOf('[edit]', start, end);
  if (first == SMALL_C) return endOf('[citation needed]', start, end);
  const digitsEnd = skipDigits(start + 1, end);
  return digitsEnd < end && load<u8>(digitsEnd) == CLOSING_BRACKET ? digitsEnd + 1 : 0;
}

function skipDigits(at: usize, end: usize): usize {
  while (at < end && classOf(decode(at)) & CLASS_DIGIT) at += widthOf(load<u8>(at));
  return at;
}

/** The end of the literal if it stands at `start`, else 0. */
function endOf(literal: string, start: usize, end: usize): usize {
  if (start + <usize>literal.length > end) return 0;
  for (let index = 0; index < literal.length; index++) {
    if (<u32>load<u8>(start++) != <u32>literal.charCodeAt(index)) return 0;
  }
  return start;
}

function copy(start: usize, end: usize, out: usize): usize {
  memory.copy(out, start, end - start);
  return out + (end - start);
}
