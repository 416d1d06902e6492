/** Anything that a terminal could take for a command, or that would not show. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\u3000-\u303f]/u;
const COMBINING = /\p{M}/u;

/** So much of a text is looked at for an excerpt, which is far more than fits. */
const UNITS_MAX = 1000;

/**
 * A text from outside as one line of at most `width` columns: white space is one space, and what has no shape of its own a dot.
 *
 * @param cut - what stands at the end of a text that was cut.
 */
export function excerptOf(text: string, width: number, cut: string): string {
  const line = text.slice(0, UNITS_MAX).toWellFormed().replace(/\s+/gu, ' ').replace(INVISIBLE, '·');
  const chars = [...line];
  if (text.length <= UNITS_MAX && widthOf(chars) <= width) return line;
  let end = 0;
  let used = cut.length;
  while (end < chars.length) {
    used += columnsOf(chars[end] ?? '');
    if (used > width) break;
    end++;
  }
  return chars.slice(0, end).join('').trimEnd() + cut;
}

function widthOf(chars: readonly string[]): number {
  return chars.reduce((sum, char) => sum + columnsOf(char), 0);
}

/** About: terminals differ. */
function columnsOf(char: string): number {
  if (COMBINING.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
