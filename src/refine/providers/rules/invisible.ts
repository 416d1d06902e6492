import { editProse } from './prose.js';
import { replaceCounted, type Rule } from './rule.js';

/** Control characters but tab, LF, CR and NEL; format characters that show nothing; tags, which can hide a whole text. */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex -- They are what is sought.
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc]|\udb40[\udc00-\udc7f]/;
/** A flag of a region is a black flag and tags. */
const FLAG = /\ud83c\udff4(?:\udb40[\udc20-\udc7e]){1,30}\udb40\udc7f/;
const FLAG_OR_INVISIBLE = new RegExp(`${FLAG.source}|${INVISIBLE.source}`, 'g');

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Written without spaces: a zero-width space says where a line may break. */
const SPACELESS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
/** Letters that never join, so that a joiner between them says nothing. */
const UNJOINED =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Hebrew}\p{Script=Inherited}]/u;
const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const EMOJI_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3]/u;
const EMOJI_AFTER = /\p{Extended_Pictographic}/u;

/**
 * Characters that show nothing and break search and comparison: marks of byte order, zero-width spaces, soft hyphens, controls,
 * directions in a text that has none from right to left, tags. Those that a script or an emoji needs stay.
 */
export const invisible: Rule = {
  name: 'invisible',
  mayApply: (text) => INVISIBLE.test(text),
  apply(text, context) {
    const isRightToLeft = RIGHT_TO_LEFT.test(text);
    return editProse(text, context.structureOf(text), (stretch) =>
      replaceCounted(stretch, FLAG_OR_INVISIBLE, (match, at) => {
        if (match.length > 2 || isNeeded(match, stretch, at, isRightToLeft)) return match;
        if (match === '\v' || match === '\f') return '\n';
        return match >= '\x1c' && match <= '\x1f' ? ' ' : '';
      }),
    );
  },
};

function isNeeded(char: string, text: string, at: number, isRightToLeft: boolean): boolean {
  if (!isRightToLeft && isAscii(text, at - 1) && isAscii(text, at + char.length)) return false;
  const before = charBefore(text, at);
  const after = charAt(text, at + char.length);
  switch (char) {
    case '\u200b':
      return SPACELESS.test(before) || SPACELESS.test(after);
    case '\u200c':
      return isJoining(before) || isJoining(after);
    case '\u200d':
      return isJoining(before) || isJoining(after) || (EMOJI_BEFORE.test(before) && EMOJI_AFTER.test(after));
    case '\u180e':
      return /\p{Script=Mongolian}/u.test(before);
    case '\u061c':
    case '\u200e':
    case '\u200f':
      return isRightToLeft;
    default:
      return isRightToLeft && /[\u202a-\u202e\u2066-\u2069]/.test(char);
  }
}

/** Whether the character at a position, if there is one, is ASCII: nothing invisible is needed beside it. */
function isAscii(text: string, at: number): boolean {
  return !(text.charCodeAt(at) > 0x7f);
}

function isJoining(char: string): boolean {
  return LETTER_OR_MARK.test(char) && !UNJOINED.test(char);
}

function charBefore(text: string, at: number): string {
  const isPair = /[\udc00-\udfff]/.test(text.charAt(at - 1)) && /[\ud800-\udbff]/.test(text.charAt(at - 2));
  return text.slice(Math.max(at - (isPair ? 2 : 1), 0), at);
}

function charAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
}
