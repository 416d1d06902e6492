/** What Windows-1252 has at 80–9F, in that order; a space where it has nothing. */
const SPECIALS = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

const CHAR_OF_C1 = new Map<number, string>();
const BYTE_OF_SPECIAL = new Map<number, number>();
for (let at = 0; at < SPECIALS.length; at++) {
  if (SPECIALS[at] === ' ') continue;
  CHAR_OF_C1.set(0x80 + at, SPECIALS[at]!);
  BYTE_OF_SPECIAL.set(SPECIALS.charCodeAt(at), 0x80 + at);
}

/**
 * The byte of 80 or above that Windows-1252 or Latin-1 shows as a UTF-16 unit, -1 if there is none. Both may be mixed: what the
 * one leaves undefined is often taken from the other.
 */
export function byteOf(unit: number): number {
  if (unit < 0x80) return -1;
  return unit < 0x100 ? unit : (BYTE_OF_SPECIAL.get(unit) ?? -1);
}

/** The character that Windows-1252 has where Latin-1 has a control character. */
export function charOfC1(unit: number): string | undefined {
  return CHAR_OF_C1.get(unit);
}

/** The text whose UTF-8 bytes are shown by the characters of `run`; `undefined` if they are not UTF-8 from end to end. */
export function readAsUtf8(run: string): string | undefined {
  let text = '';
  for (let at = 0; at < run.length;) {
    const lead = byteOf(run.charCodeAt(at++));
    const following =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (following === 0 || at + following > run.length) return undefined;
    let point = lead & (0x3f >> following);
    for (let left = following; left > 0; left--) {
      const byte = byteOf(run.charCodeAt(at++));
      if (byte < 0x80 || byte > 0xbf) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    if (point < LEAST_POINTS[following]! || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** The least code point that is written with one, two or three continuation bytes: a smaller one would be overlong. */
const LEAST_POINTS = [0, 0x80, 0x800, 0x10000];
