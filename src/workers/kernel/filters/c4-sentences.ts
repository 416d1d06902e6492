/** Sentences of a text that has no masks: a line that has lost its citations. The definition is that of `sentences.ts`. */
import { CLASS_CLOSER, CLASS_SPACE, CLASS_TERMINAL, CLASS_TOKEN, CLASS_WIDE_TERMINAL, classOf } from '../unicode';
import { decode, widthOf } from '../utf8';

/** The CLASS bits of all code points that `skip` has passed. */
let skippedClasses: u32 = 0;

/** The sentences of the well-formed UTF-8 in [start, end) that hold a token. */
export function sentencesOf(start: usize, end: usize): u32 {
  let sentences: u32 = 0;
  let hasToken: u32 = 0;
  for (let at = start; at < end;) {
    const classes = classOf(decode(at));
    if (!(classes & CLASS_TERMINAL)) {
      hasToken |= classes & CLASS_TOKEN;
      at += widthOf(load<u8>(at));
      continue;
    }
    at = skip(CLASS_TERMINAL, at, end);
    const needsNoSpace = skippedClasses & CLASS_WIDE_TERMINAL;
    at = skip(CLASS_CLOSER, at, end);
    if (needsNoSpace || at == end || classOf(decode(at)) & CLASS_SPACE) {
      sentences += hasToken;
      hasToken = 0;
    }
  }
  return sentences + hasToken;
}

/** The first byte from `at` on whose code point is not of the class, or `end`. */
function skip(kind: u32, at: usize, end: usize): usize {
  skippedClasses = 0;
  while (at < end) {
    const classes = classOf(decode(at));
    if (!(classes & kind)) return at;
    skippedClasses |= classes;
    at += widthOf(load<u8>(at));
  }
  return end;
}
