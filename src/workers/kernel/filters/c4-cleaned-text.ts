/**
 * The text that C4 leaves: the kept lines, joined by LF, without the white space at both ends.
 *
 * A line that has lost its citations may begin or end with white space, and without its rules even an empty line is kept.
 */
import { CLASS_SPACE, classOf } from '../unicode';
import { decode, widthOf } from '../utf8';

const LF: u8 = 0x0a;

/** Where the text begins and where the next line goes; 0 while none is wanted. */
let textStart: usize = 0;
let textEnd: usize = 0;

/** From here on lines are written, to `out`. */
export function startCleanedText(out: usize): void {
  textStart = out;
  textEnd = out;
}

/** From here on lines are not written. */
export function stopCleanedText(): void {
  textStart = 0;
}

/** Writes a line if it is wanted. The first line with anything in it begins with that, so that the text is stripped there. */
export function addCleanedLine(start: usize, end: usize): void {
  if (textStart == 0) return;
  if (textEnd != textStart) store<u8>(textEnd++, LF);
  else while (start < end && classOf(decode(start)) & CLASS_SPACE) start += widthOf(load<u8>(start));
  memory.copy(textEnd, start, end - start);
  textEnd += end - start;
}

/** The end of the text, which is stripped there as well. */
export function endCleanedText(): usize {
  let end = textEnd;
  while (end > textStart) {
    let last = end - 1;
    while ((load<u8>(last) & 0xc0) == 0x80) last--;
    if (!(classOf(decode(last)) & CLASS_SPACE)) break;
    end = last;
  }
  return end;
}
