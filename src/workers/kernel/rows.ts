/** From bytes to bytes: lines of JSON, or whole text files, in; rows of output out. */
import { measureDocument } from './document';
import { ID_NONE, ROW_OK } from './json-codes';
import {
  parseRow,
  rowIdEnd,
  rowIdKind,
  rowIdStart,
  rowTextEnd,
  rowTextEscaped,
  rowTextPlain,
  rowTextStart,
} from './json-row';
import { unescape } from './json-unescape';
import { startWork, takeWork } from './memory';
import { SLOT_REPLACED } from './report-slots';
import { put } from './report-values';
import {
  LINE_TOO_LARGE,
  NO_MORE_ROWS,
  OUTPUT_FULL,
  SKIPPED,
  TEXT_READ,
  TEXT_TOO_LARGE,
  UNDECIDED,
} from './row-outcomes';
import { isOutputEmpty, openFileRow, openLineRow, hasRoom, writeRow } from './row-output';
import { expressionDecides, filterRejection, rejectionByExpression } from './rejection';
import { copyWellFormed, isWellFormed, replacements, resetReplacements } from './utf8';

const NEWLINE: u8 = 0x0a;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const CARRIAGE_RETURN: u8 = 0x0d;

/** An escape takes at most six bytes for one. */
const ESCAPE_BYTES_MAX: usize = 6;

/* Set by `limitRows`. */
let textBytesMax: usize = 0;
let lineBytesMax: usize = 0;
/** Texts from so many bytes on are not measured before the host has been asked. */
let askFromBytes: usize = usize.MAX_VALUE;

/* The lines still to be read, and the number of the last one that was. */
let lineStart: usize = 0;
let rowEndAt: usize = 0;
let cursor: usize = 0;
let dataEnd: usize = 0;
let line: u32 = 0;

let scoredBytes: f64 = 0;

const HASH: usize = memory.data(64, 16);

/** The text that was read last. */
let text: usize = 0;
let textEnd: usize = 0;

/** Sets the largest text and line, and from which size on to stop with `TEXT_READ` at a text; counts scored bytes anew. */
export function limitRows(maxBytes: usize, maxLineBytes: usize, askFrom: usize): void {
  textBytesMax = maxBytes;
  lineBytesMax = maxLineBytes;
  askFromBytes = askFrom;
  scoredBytes = 0;
}

/** Begins with the lines in [data, end); numbers them from 1. */
export function startLines(data: usize, end: usize): void {
  cursor = data;
  dataEnd = end;
  line = 0;
}

/** Handles the next line that is not blank, or only counts it if `skip` is set; returns an outcome. */
export function nextRow(skip: bool): i32 {
  while (cursor < dataEnd) {
    const start = cursor;
    const end = lineEnd(start);
    lineStart = start;
    rowEndAt = end;
    cursor = end + 1;
    line++;
    if (isBlank(start, end)) continue;
    if (skip) return SKIPPED;
    const outcome = scoreLine(start, end);
    if (outcome == OUTPUT_FULL) {
      cursor = start;
      line--;
    }
    return outcome;
  }
  return NO_MORE_ROWS;
}

/** Scores the bytes of a text file; its id is raw JSON. */
export function scoreFile(start: usize, end: usize, id: usize, idEnd: usize): i32 {
  startWork();
  resetReplacements();
  text = start;
  textEnd = end;
  if (!isWellFormed(start, end)) copyText(start, end);
  if (textEnd - text > textBytesMax) return TEXT_TOO_LARGE;
  openFileRow(id, idEnd, text, textEnd);
  return textRead();
}

/** Address of the text that was read last, well-formed UTF-8, which stands there until the next row. */
export function textAddress(): usize {
  return text;
}

/** Bytes of that text. */
export function textBytes(): usize {
  return textEnd - text;
}

/** 64 bytes for whoever hashes texts in this memory. */
export function hashAddress(): usize {
  return HASH;
}

/** After `TEXT_READ`: measures the text and goes on as if nothing had stopped; returns an outcome. */
export function measureRow(): i32 {
  measureDocument(text, textEnd - text, replacements());
  return goOn();
}

/**
 * After `TEXT_READ`: likewise, with the report that the host has put where reports stand. What was replaced on the way to a text
 * is no matter of the text, and is put in here.
 */
export function takeReport(): i32 {
  put(SLOT_REPLACED, <f64>replacements());
  return goOn();
}

/** After `UNDECIDED`: writes the row as kept, or as rejected by the expression. */
export function finishRow(isKept: bool): i32 {
  return writeRow(isKept ? 0 : rejectionByExpression());
}

/** Number of the line handled last, from 1. */
export function rowLine(): u32 {
  return line;
}

/** Address of that line. */
export function rowStart(): usize {
  return lineStart;
}

/** Address behind it, without its LF. */
export function rowEnd(): usize {
  return rowEndAt;
}

/** Text bytes scored since `limitRows`. */
export function textBytesScored(): f64 {
  return scoredBytes;
}

function scoreLine(start: usize, end: usize): i32 {
  if (end - start > lineBytesMax) return LINE_TOO_LARGE;
  startWork();
  const status = parseRow(start, end, takeWork(end - start + 64));
  if (status != ROW_OK) return status;
  if (rowTextEnd - rowTextStart > textBytesMax * ESCAPE_BYTES_MAX) return TEXT_TOO_LARGE;
  readText();
  if (textEnd - text > textBytesMax) return TEXT_TOO_LARGE;
  if (!hasRoom(end - start, rowIdKind == ID_NONE ? 0 : rowIdEnd - rowIdStart)) {
    return isOutputEmpty() ? LINE_TOO_LARGE : OUTPUT_FULL;
  }
  openLineRow(start, end);
  return textRead();
}

function textRead(): i32 {
  return textEnd - text < askFromBytes ? measureRow() : TEXT_READ;
}

/** Writes the row of the document whose report is there now, unless the host has to decide what becomes of it. */
function goOn(): i32 {
  scoredBytes += <f64>(textEnd - text);
  const rejection = filterRejection();
  if (rejection == 0 && expressionDecides()) return UNDECIDED;
  return writeRow(rejection);
}

/** Finds the value of the row's text: where it stands if it stands there as it is, else in the work area. */
function readText(): void {
  startWork(); // the levels of nesting are done with
  resetReplacements();
  text = rowTextStart;
  textEnd = rowTextEnd;
  if (rowTextPlain) return;
  if (rowTextEscaped) {
    text = takeWork((rowTextEnd - rowTextStart) * 3); // an ill-formed byte becomes three
    textEnd = unescape(rowTextStart, rowTextEnd, text);
  } else if (!isWellFormed(text, textEnd)) {
    copyText(text, textEnd);
  }
}

function copyText(start: usize, end: usize): void {
  text = takeWork((end - start) * 3);
  textEnd = copyWellFormed(start, end, text);
}

/** The LF that ends the line, or the end of the data. */
function lineEnd(start: usize): usize {
  for (let at = start; at < dataEnd; at += 16) {
    const newlines = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(NEWLINE)));
    if (newlines != 0) return min(at + <usize>ctz(newlines), dataEnd);
  }
  return dataEnd;
}

/** Whether the line holds nothing but JSON's white space. */
function isBlank(start: usize, end: usize): bool {
  let at = start;
  while (at < end && isSpace(load<u8>(at))) at++;
  return at == end;
}

function isSpace(byte: u8): bool {
  return byte == SPACE || byte == TAB || byte == CARRIAGE_RETURN;
}
