/** From bytes to bytes: lines of JSON, or whole text files, in; rows of output out. */
import { ID_NONE, ROW_OK } from './json-codes';
import {
  parseRow,
  rowIdEnd,
  rowIdKind,
  rowIdStart,
  rowObjectEnd,
  rowTextEnd,
  rowTextEscaped,
  rowTextPlain,
  rowTextStart,
} from './json-row';
import { escapeInto } from './json-string';
import { unescape } from './json-unescape';
import { outputAddress, outputLimit, startWork, takeWork } from './memory';
import { measureDocument } from './document';
import { REPORT_ROW_BYTES_MAX, closeReport, openReport, writeLiteral } from './report-row';
import { SLOT_COUNT } from './report-slots';
import {
  EMIT_BOTH,
  EMIT_REPORTS,
  LINE_TOO_LARGE,
  NO_MORE_ROWS,
  OUTPUT_FULL,
  SCORED,
  SCORED_WITHOUT_ID,
  SKIPPED,
  TEXT_TOO_LARGE,
} from './row-outcomes';
import { copyWellFormed, isWellFormed, replacements, resetReplacements } from './utf8';

const NEWLINE: u8 = 0x0a;
const QUOTE: u8 = 0x22;
const COLON: u8 = 0x3a;
const CLOSE_BRACE: u8 = 0x7d;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const CARRIAGE_RETURN: u8 = 0x0d;

/** An escape takes at most six bytes for one. */
const ESCAPE_BYTES_MAX: usize = 6;

const REPORT = memory.data(SLOT_COUNT << 3, 16);

/* Set by `configureRows`. */
let emit: i32 = EMIT_REPORTS;
let textBytesMax: usize = 0;
let lineBytesMax: usize = 0;
/** The name of the source as the inside of a JSON string: the front of the ids of rows that have none. */
let source: usize = 0;
let sourceEnd: usize = 0;

/* The lines still to be read, and the number of the last one that was. */
let lineStart: usize = 0;
let rowEndAt: usize = 0;
let cursor: usize = 0;
let dataEnd: usize = 0;
let line: u32 = 0;

let out: usize = 0;
let lineIdAt: usize = 0;
let scoredBytes: f64 = 0;

/** The text that `readText` found. */
let text: usize = 0;
let textEnd: usize = 0;

export function configureRows(emitted: i32, maxBytes: usize, maxLineBytes: usize, name: usize, nameEnd: usize): void {
  emit = emitted;
  textBytesMax = maxBytes;
  lineBytesMax = maxLineBytes;
  source = name;
  sourceEnd = nameEnd;
  scoredBytes = 0;
  emptyOutput();
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
  measureText();
  if (emit == EMIT_REPORTS) {
    out = writeReport(id, idEnd, out);
  } else {
    out = writeBytes(id, idEnd, writeLiteral('{"id":', out));
    out = escapeInto(text, textEnd, writeLiteral(',"text":"', out));
    store<u8>(out++, QUOTE);
    if (emit == EMIT_BOTH) out = writeReport(id, idEnd, writeLiteral(',"report":', out));
    store<u8>(out++, CLOSE_BRACE);
  }
  store<u8>(out++, NEWLINE);
  return SCORED;
}

export function emptyOutput(): void {
  out = outputAddress();
}

/** End of the rows written since `emptyOutput`. */
export function outputEnd(): usize {
  return out;
}

/** After `SCORED_WITHOUT_ID`: where the digits of the row's line number are missing. */
export function lineIdPosition(): usize {
  return lineIdAt;
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

/** Text bytes scored since `configureRows`. */
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
  if (out + rowBytesMax(end - start) > outputLimit()) return out == outputAddress() ? LINE_TOO_LARGE : OUTPUT_FULL;
  measureText();
  lineIdAt = 0;
  if (emit == EMIT_REPORTS) {
    out = writeRowReport(out);
  } else if (emit == EMIT_BOTH) {
    out = writeBytes(start, rowObjectEnd, out);
    out = writeRowReport(writeLiteral(',"report":', out));
    out = writeBytes(rowObjectEnd, end, out);
  } else {
    out = writeBytes(start, end, out);
  }
  store<u8>(out++, NEWLINE);
  return lineIdAt == 0 ? SCORED : SCORED_WITHOUT_ID;
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

function measureText(): void {
  measureDocument(text, textEnd - text, replacements(), REPORT);
  scoredBytes += <f64>(textEnd - text);
}

function writeRowReport(to: usize): usize {
  if (rowIdKind != ID_NONE) return writeReport(rowIdStart, rowIdEnd, to);
  to = openReport(to);
  store<u8>(to++, QUOTE);
  to = writeBytes(source, sourceEnd, to);
  store<u8>(to++, COLON);
  lineIdAt = to;
  store<u8>(to++, QUOTE);
  return closeReport(REPORT, to);
}

/** Ids are printed as they came; of ill-formed bytes among them only U+FFFD is left, since the output is well-formed. */
function writeReport(id: usize, idEnd: usize, to: usize): usize {
  to = openReport(to);
  to = isWellFormed(id, idEnd) ? writeBytes(id, idEnd, to) : copyWellFormed(id, idEnd, to);
  return closeReport(REPORT, to);
}

function writeBytes(start: usize, end: usize, to: usize): usize {
  memory.copy(to, start, end - start);
  return to + (end - start);
}

/** Room for the row that has just been read, of whose id each byte could be ill-formed and become three. */
function rowBytesMax(lineBytes: usize): usize {
  const idBytes = rowIdKind == ID_NONE ? sourceEnd - source : (rowIdEnd - rowIdStart) * 3;
  return REPORT_ROW_BYTES_MAX + idBytes + (emit == EMIT_REPORTS ? 0 : lineBytes);
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
