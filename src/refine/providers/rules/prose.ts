import type { Edit } from './rule.js';
import { CODE, type Structure } from './structure.js';

/** Where something begins that is not prose: inline code, an address, the target of a link, a tag, mathematics. */
const SIGN = /`|:\/\/|www\.|@|\]\(|<(?=[\w/!])|\$/g;

/**
 * Gives every stretch of prose to `edit` and puts the results in their places. Lines of code, and in other lines inline code,
 * addresses, targets of links and tags are not shown. A stretch may hold several lines.
 *
 * @param keeps - lines that are left alone, told by their kind or number. @defaultValue those of `CODE`
 */
export function editProse(
  text: string,
  structure: Structure,
  edit: (stretch: string) => Edit,
  keeps: (kind: number, at: number) => boolean = (kind) => kind === CODE,
): Edit {
  const { lines, kinds } = structure;
  const parts: string[] = [];
  let count = 0;
  let copied = 0;
  const editBetween = (start: number, end: number): void => {
    if (start >= end) return;
    const stretch = text.slice(start, end);
    const edited = edit(stretch);
    if (edited.count === 0) return;
    parts.push(text.slice(copied, start), edited.text);
    copied = end;
    count += edited.count;
  };
  const editLines = (start: number, end: number): void => {
    let from = start;
    for (const [keptStart, keptEnd] of keptSpans(text, start, end)) {
      editBetween(from, keptStart);
      from = keptEnd;
    }
    editBetween(from, end);
  };
  let start = 0;
  let end = 0;
  for (let at = 0; at < lines.length; at++) {
    const lineEnd = end + lines[at]!.length;
    if (keeps(kinds[at]!, at)) {
      editLines(start, end);
      start = lineEnd;
    }
    end = Math.min(lineEnd + 1, text.length);
  }
  editLines(start, end);
  if (count === 0) return { text, count };
  parts.push(text.slice(copied));
  return { text: parts.join(''), count };
}

/** Spans within `[start, end)` that are no prose, in order and disjoint. Each is found once, so the time is linear. */
function* keptSpans(text: string, start: number, end: number): Generator<readonly [number, number]> {
  let from = start;
  let closing = -1;
  let lineEnd = -1;
  SIGN.lastIndex = start;
  for (let match = SIGN.exec(text); match !== null && match.index < end; match = SIGN.exec(text)) {
    const at = match.index;
    if (lineEnd < at) lineEnd = Math.min(indexOr(text, '\n', at, end), end);
    let [spanStart, spanEnd] = chunkAround(text, at, from, end);
    if (match[0] === '`' || match[0] === '$') {
      // Up to the last one of the line: between two code spans there is little to repair, and pairing them can go wrong.
      spanStart = at;
      spanEnd = lineEnd;
      const last = text.lastIndexOf(match[0], spanEnd - 1);
      if (last > at) spanEnd = last + 1;
      else if (match[0] === '$') spanEnd = at + 1;
    } else if (match[0] === '<') {
      if (closing < at) closing = indexOr(text, '>', at, end);
      if (closing < lineEnd) [spanStart, spanEnd] = [at, closing + 1];
    }
    yield [spanStart, spanEnd];
    from = spanEnd;
    SIGN.lastIndex = Math.max(spanEnd, at + 1);
  }
}

/** The run of what is not white space around a position. */
function chunkAround(text: string, at: number, min: number, max: number): [number, number] {
  let start = at;
  while (start > min && !isBlankCode(text.charCodeAt(start - 1))) start--;
  let end = at;
  while (end < max && !isBlankCode(text.charCodeAt(end))) end++;
  return [start, end];
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function indexOr(text: string, sought: string, at: number, otherwise: number): number {
  const found = text.indexOf(sought, at);
  return found === -1 ? otherwise : found;
}
