/**
 * Finding where JSON values end, and refusing what is no JSON (RFC 8259).
 *
 * Every function takes the address where its part begins and returns the address after it, or 0 after `refuse`. None looks
 * for the end of the line: a zero byte must be there, which JSON holds nowhere.
 */
import { refuse } from './json-refusal';
import { stringEnd } from './json-string';
import { QUOTE } from './json-unescape';

const PLUS: u8 = 0x2b;
export const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;
const DIGIT_0: u8 = 0x30;
const COLON: u8 = 0x3a;
export const OPEN_BRACKET: u8 = 0x5b;
const LETTER_E: u8 = 0x65;
export const LETTER_F: u8 = 0x66;
export const LETTER_N: u8 = 0x6e;
export const LETTER_T: u8 = 0x74;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;

const LOWER_CASE: u8 = 0x20;

/** From `{` to `}` and from `[` to `]`. */
const OPEN_TO_CLOSE: u8 = 2;

/** Four bytes as one little-endian number; of `false`, those after the `f`. */
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;

const LAST_SPACE: u8 = 0x20;
/** One bit for each white space byte: tab, line feed, carriage return, space. */
const WHITE_SPACE: u64 = 0x1_0000_2600;

export function skipSpace(at: usize): usize {
  while (isSpace(load<u8>(at))) at++;
  return at;
}

function isSpace(byte: u8): bool {
  return byte <= LAST_SPACE && ((WHITE_SPACE >>> byte) & 1) != 0;
}

/**
 * Skips one value of any kind.
 *
 * @param levels - room for a byte a level of nesting: the byte that opened it.
 */
export function skipValue(at: usize, levels: usize): usize {
  let top = levels;
  while (true) {
    const opening = load<u8>(at);
    if (opening != OPEN_BRACE && opening != OPEN_BRACKET) {
      at = skipScalar(at);
      if (at == 0) return 0;
    } else {
      at = skipSpace(at + 1);
      if (load<u8>(at) != opening + OPEN_TO_CLOSE) {
        store<u8>(top++, opening);
        if (opening == OPEN_BRACE) at = skipKey(at);
        if (at == 0) return 0;
        continue;
      }
      at++; // empty
    }
    // After a value: close the levels that end here, up to the next value or the end of the outermost.
    while (true) {
      if (top == levels) return at;
      at = skipSpace(at);
      const innermost = load<u8>(top - 1);
      const byte = load<u8>(at);
      if (byte == COMMA) {
        at = skipSpace(at + 1);
        if (innermost == OPEN_BRACE) at = skipKey(at);
        if (at == 0) return 0;
        break;
      }
      if (byte != innermost + OPEN_TO_CLOSE) return refuse(at);
      top--;
      at++;
    }
  }
}

/** Skips a key, its colon and the white space around that. */
function skipKey(at: usize): usize {
  if (load<u8>(at) != QUOTE) return refuse(at);
  const quote = stringEnd(at + 1);
  return quote == 0 ? 0 : skipColon(quote + 1);
}

/** Skips a colon and the white space around it. */
export function skipColon(at: usize): usize {
  at = skipSpace(at);
  return load<u8>(at) == COLON ? skipSpace(at + 1) : refuse(at);
}

function skipScalar(at: usize): usize {
  const byte = load<u8>(at);
  if (byte == QUOTE) return skipString(at);
  if (byte == LETTER_T) return skipWord(at, TRUE);
  if (byte == LETTER_F) return skipWord(at + 1, ALSE);
  if (byte == LETTER_N) return skipWord(at, NULL);
  return skipNumber(at);
}

export function skipString(at: usize): usize {
  const quote = stringEnd(at + 1);
  return quote == 0 ? 0 : quote + 1;
}

function skipWord(at: usize, word: u32): usize {
  const difference = load<u32>(at) ^ word;
  return difference == 0 ? at + 4 : refuse(at + (ctz(difference) >>> 3));
}

function skipNumber(at: usize): usize {
  if (load<u8>(at) == MINUS) at++;
  at = load<u8>(at) == DIGIT_0 ? at + 1 : skipDigits(at);
  if (at != 0 && load<u8>(at) == POINT) at = skipDigits(at + 1);
  if (at != 0 && (load<u8>(at) | LOWER_CASE) == LETTER_E) {
    const sign = load<u8>(at, 1);
    at = skipDigits(at + (sign == PLUS || sign == MINUS ? 2 : 1));
  }
  return at;
}

/** Skips one digit or more. */
function skipDigits(at: usize): usize {
  if (!isDigit(load<u8>(at))) return refuse(at);
  do at++;
  while (isDigit(load<u8>(at)));
  return at;
}

function isDigit(byte: u8): bool {
  return <u8>(byte - DIGIT_0) < 10;
}
