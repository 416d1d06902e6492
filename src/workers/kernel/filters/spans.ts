/**
 * Lists of spans of the text, and which of them occurred before.
 *
 *   spans       │ start u32 │ end u32 │ …       byte offsets, in order
 *   slots       u32 each: the address of a span, 0 when free    (open addressing, linear probing, at most half full)
 *
 * Spans that repeat have equal lengths, first and last bytes. Only spans that share these with another one are hashed as a whole.
 */
import { clear, releaseWork, takeWork, workMark } from '../memory';
import { factor, hashOf, isSame, leadingBytes, lengthFactor, otherFactor, powerOfTwo } from './hashes';
import { growthBy, note, sieve, sieveShift, startSieve } from './sieve';

export const SPAN_BYTES: usize = 8;
const SPAN_END: usize = 4;

const EDGE_BYTES: usize = 8;

export function spanStart(span: usize): usize {
  return <usize>load<u32>(span);
}

export function spanEnd(span: usize): usize {
  return <usize>load<u32>(span, SPAN_END);
}

export function storeSpan(span: usize, start: usize, end: usize): void {
  store<u32>(span, <u32>start);
  store<u32>(span, <u32>end, SPAN_END);
}

/**
 * Lists the spans that occurred before, the first occurrence is not among them.
 *
 * @param repeated - takes the address of each, u32; there must be room for that of every span.
 * @returns the end of the list.
 */
export function findRepeatedSpans(text: usize, spans: usize, spansEnd: usize, repeated: usize): usize {
  const mark = workMark();
  const end = keepRepeated(text, repeated, sieveSpans(text, spans, spansEnd, repeated));
  releaseWork(mark);
  return end;
}

/** Lists the spans whose length and edges another span may share. */
function sieveSpans(text: usize, spans: usize, spansEnd: usize, list: usize): usize {
  startSieve((spansEnd - spans) / SPAN_BYTES);
  const base = sieve;
  const shift = sieveShift;
  let to = list;
  for (let span = spans; span < spansEnd; span += SPAN_BYTES) {
    const start = text + spanStart(span);
    const end = text + spanEnd(span);
    const edge = min(end - start, EDGE_BYTES);
    const first = leadingBytes(start, edge) * factor;
    const last = leadingBytes(end - edge, edge) * otherFactor;
    const slot = base + <usize>((first + last + <u64>(end - start) * lengthFactor) >>> shift);
    note(slot);
    store<u32>(to, <u32>slot);
    to += 4;
  }
  let slot = list;
  let kept = list;
  for (let span = spans; span < spansEnd; span += SPAN_BYTES) {
    const growth = growthBy(<usize>load<u32>(slot));
    store<u32>(kept, <u32>span);
    kept += growth;
    slot += 4;
  }
  return kept;
}

/** Of the spans on the list, keeps those that occurred before on it. */
function keepRepeated(text: usize, list: usize, listEnd: usize): usize {
  const slotBytes = (<usize>powerOfTwo(<u32>((listEnd - list) >>> 1) + 2)) << 2;
  const slots = takeWork(slotBytes);
  clear(slots, slotBytes);
  let kept = list;
  for (let entry = list; entry < listEnd; entry += 4) {
    const span = <usize>load<u32>(entry);
    const start = text + spanStart(span);
    const end = text + spanEnd(span);
    let at = (<usize>((hashOf(start, end) >>> 32) << 2)) & (slotBytes - 4);
    let seated = <usize>load<u32>(slots + at);
    while (seated != 0 && !isSameSpan(text, seated, start, end)) {
      at = (at + 4) & (slotBytes - 4);
      seated = <usize>load<u32>(slots + at);
    }
    if (seated == 0) {
      store<u32>(slots + at, <u32>span);
    } else {
      store<u32>(kept, <u32>span);
      kept += 4;
    }
  }
  return kept;
}

function isSameSpan(text: usize, span: usize, start: usize, end: usize): bool {
  const otherStart = text + spanStart(span);
  return text + spanEnd(span) - otherStart == end - start && isSame(start, otherStart, end - start);
}
