/**
 * One line of a JSON Lines file: is it a JSON object, and where are its text and its id?
 *
 * The whole line is validated, as `JSON.parse` does after a decoding that replaces ill-formed bytes and keeps a byte order
 * mark (which is no JSON). Only fields of the row itself count, not of objects inside it; of a key that repeats the last
 * value wins, whatever its kind.
 */
import {
  ID_NONE,
  ID_NUMBER,
  ID_STRING,
  KIND_ABSENT,
  KIND_ARRAY,
  KIND_BOOLEAN,
  KIND_NULL,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_STRING,
  ROW_INVALID,
  ROW_NOT_OBJECT,
  ROW_OK,
  ROW_TEXT_MISSING,
  ROW_TEXT_NOT_STRING,
} from './json-codes';
import { refuse, refusedAt } from './json-refusal';
import {
  CLOSE_BRACE,
  COMMA,
  LETTER_F,
  LETTER_N,
  LETTER_T,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
} from './json-scan';
import { stringEnd, stringEscaped, stringWide } from './json-string';
import { QUOTE, standsFor } from './json-unescape';

let textName: usize = 0;
let textNameBytes: usize = 0;
let idName: usize = 0;
let idNameBytes: usize = 0;

/** The text's raw bytes between the quotes; only after `ROW_OK`. */
export let rowTextStart: usize = 0;
export let rowTextEnd: usize = 0;
/** The raw text has a backslash; only after `ROW_OK`. */
export let rowTextEscaped: bool = false;
/** The raw text is its own value and all ASCII: no backslash, no byte from 0x80 on; only after `ROW_OK`. */
export let rowTextPlain: bool = false;
/** A `KIND_…`; not after `ROW_INVALID`. */
export let rowTextKind: i32 = KIND_ABSENT;

/** An `ID_…`; not after `ROW_INVALID`. */
export let rowIdKind: i32 = ID_NONE;
/** The id's raw JSON, quotes included; only when `rowIdKind` is not `ID_NONE`. */
export let rowIdStart: usize = 0;
export let rowIdEnd: usize = 0;

/** The row's closing brace; only when the row is an object. */
export let rowObjectEnd: usize = 0;

/** Bytes from the start of the line to the first that no valid JSON has there; only after `ROW_INVALID`. */
export let rowErrorAt: usize = 0;

/** Says which fields hold text and id, in well-formed UTF-8; the names must stay where they are. */
export function setFieldNames(text: usize, textBytes: u32, id: usize, idBytes: u32): void {
  textName = text;
  textNameBytes = textBytes;
  idName = id;
  idNameBytes = idBytes;
}

/**
 * Reads the line and fills the `row…` variables.
 *
 * Meanwhile the byte at `end` is a zero, which ends every scan, so that no loop compares addresses; it is put back. Keys with
 * ill-formed bytes may count as replacements: reset the count after this, not before.
 *
 * @param levels - scratch, `end - line + 64` bytes: one for each level of nesting.
 * @returns a `ROW_…`.
 */
export function parseRow(line: usize, end: usize, levels: usize): i32 {
  const after = load<u8>(end);
  store<u8>(end, 0);
  const status = readRow(line, end, levels);
  store<u8>(end, after);
  if (status == ROW_INVALID) rowErrorAt = refusedAt - line;
  return status;
}

function readRow(line: usize, end: usize, levels: usize): i32 {
  rowTextKind = KIND_ABSENT;
  rowIdKind = ID_NONE;
  const start = skipSpace(line);
  const isObject = load<u8>(start) == OPEN_BRACE;
  const valueEnd = isObject ? readFields(start, levels) : skipValue(start, levels);
  if (valueEnd == 0) return ROW_INVALID;
  const rest = skipSpace(valueEnd);
  if (rest != end) {
    refuse(rest);
    return ROW_INVALID;
  }
  if (!isObject) return ROW_NOT_OBJECT;
  if (rowTextKind == KIND_STRING) return ROW_OK;
  return rowTextKind == KIND_ABSENT ? ROW_TEXT_MISSING : ROW_TEXT_NOT_STRING;
}

/** Skips the object that is the row, and notes its text and id. */
function readFields(start: usize, levels: usize): usize {
  let at = skipSpace(start + 1);
  if (load<u8>(at) == CLOSE_BRACE) return closeRow(at);
  while (true) {
    at = readField(at, levels);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == CLOSE_BRACE) return closeRow(at);
    if (byte != COMMA) return refuse(at);
    at = skipSpace(at + 1);
  }
}

function closeRow(at: usize): usize {
  rowObjectEnd = at;
  return at + 1;
}

function readField(at: usize, levels: usize): usize {
  if (load<u8>(at) != QUOTE) return refuse(at);
  const key = at + 1;
  const keyEnd = stringEnd(key);
  if (keyEnd == 0) return 0;
  const isText = isNamed(key, keyEnd, textName, textNameBytes);
  const isId = isNamed(key, keyEnd, idName, idNameBytes);
  const value = skipColon(keyEnd + 1);
  if (value == 0) return 0;
  const valueEnd = load<u8>(value) == QUOTE ? skipString(value) : skipValue(value, levels);
  if (valueEnd == 0) return 0;
  if (isText) setText(value, valueEnd);
  if (isId) setId(value, valueEnd);
  return valueEnd;
}

/** Whether the key, the string whose end was found last, stands for the name. */
function isNamed(key: usize, keyEnd: usize, name: usize, nameBytes: usize): bool {
  if (stringEscaped || stringWide) return standsFor(key, keyEnd, name, name + nameBytes);
  return keyEnd - key == nameBytes && sameBytes(key, name, nameBytes);
}

/** Compares by chunks: names are short, and `memory.compare` goes byte by byte. */
function sameBytes(left: usize, right: usize, bytes: usize): bool {
  let offset: usize = 0;
  while (offset + 16 < bytes) {
    if (sameRun(left + offset, right + offset) < 16) return false;
    offset += 16;
  }
  return sameRun(left + offset, right + offset) >= bytes - offset;
}

/** How many of the first 16 bytes are the same before the first that is not. */
function sameRun(left: usize, right: usize): usize {
  return ctz(~i8x16.bitmask(i8x16.eq(v128.load(left), v128.load(right))));
}

function setText(value: usize, valueEnd: usize): void {
  rowTextKind = kindOf(load<u8>(value));
  rowTextStart = value + 1;
  rowTextEnd = valueEnd - 1;
  rowTextEscaped = stringEscaped;
  rowTextPlain = !stringEscaped && !stringWide;
}

function setId(value: usize, valueEnd: usize): void {
  const kind = kindOf(load<u8>(value));
  rowIdKind = kind == KIND_STRING ? ID_STRING : kind == KIND_NUMBER ? ID_NUMBER : ID_NONE;
  rowIdStart = value;
  rowIdEnd = valueEnd;
}

/** Kind of a valid value by its first byte. */
function kindOf(byte: u8): i32 {
  if (byte == QUOTE) return KIND_STRING;
  if (byte == OPEN_BRACE) return KIND_OBJECT;
  if (byte == OPEN_BRACKET) return KIND_ARRAY;
  if (byte == LETTER_N) return KIND_NULL;
  return byte == LETTER_T || byte == LETTER_F ? KIND_BOOLEAN : KIND_NUMBER;
}

/* The same for the host, which reads results through functions. */

export function getRowTextStart(): usize {
  return rowTextStart;
}

export function getRowTextEnd(): usize {
  return rowTextEnd;
}

export function getRowTextEscaped(): bool {
  return rowTextEscaped;
}

export function getRowTextPlain(): bool {
  return rowTextPlain;
}

export function getRowTextKind(): i32 {
  return rowTextKind;
}

export function getRowIdKind(): i32 {
  return rowIdKind;
}

export function getRowIdStart(): usize {
  return rowIdStart;
}

export function getRowIdEnd(): usize {
  return rowIdEnd;
}

export function getRowObjectEnd(): usize {
  return rowObjectEnd;
}

export function getRowErrorAt(): usize {
  return rowErrorAt;
}
