/**
 * How a row is written: what was read, its report, or both; and why, if it was rejected.
 *
 * Kept and rejected rows go to an output each. Both stand in memory until the host empties them.
 */
import { cleanDocument } from './document';
import { ID_NONE } from './json-codes';
import { rowIdEnd, rowIdKind, rowIdStart, rowObjectEnd, rowTextEnd, rowTextStart } from './json-row';
import { escapeInto } from './json-string';
import { outputAddress, outputLimit, rejectedAddress, rejectedLimit, takePermanent, takeWork } from './memory';
import { countRejection } from './rejection';
import { REJECTION_BY_EXPRESSION, REJECTION_COUNT } from './rejections';
import { closeReport, openReport, writeLiteral } from './report-row';
import { REPORT, valueOf } from './report-values';
import { SLOT_BYTES } from './report-slots';
import {
  EMIT_BOTH,
  EMIT_NUMBERS,
  EMIT_REPORTS,
  EMIT_ROWS,
  REJECTED,
  REJECTED_WITHOUT_ID,
  SCORED,
  SCORED_WITHOUT_ID,
} from './row-outcomes';
import { FIELD_BYTES, FIELD_LENGTH, REPORT_ROW_BYTES_MAX } from './row-template';
import { slotsWanted } from './settings';
import { copyWellFormed, isWellFormed } from './utf8';

const NEWLINE: u8 = 0x0a;
const QUOTE: u8 = 0x22;
const COLON: u8 = 0x3a;
const CLOSE_BRACE: u8 = 0x7d;

/** An ill-formed byte of an id or a text becomes U+FFFD, and nothing that is read out of JSON and written again grows more. */
const REPLACEMENT_BYTES: usize = 3;

/* Set by `configureOutput`. */
let emit: i32 = EMIT_REPORTS;
let isCleaning: bool = false;
let writesRejected: bool = false;
/** The name of the source as the inside of a JSON string: the front of the ids of rows that have none. */
let source: usize = 0;
let sourceEnd: usize = 0;
/** The field that says that the row was rejected by the expression, which may be long. */
let expressionField: usize = 0;
let expressionFieldEnd: usize = 0;

/** The fields that say why a row was rejected, a literal of a template field each; set by the host. */
let rejectionFields: usize = 0;

let out: usize = 0;
let rejectedOut: usize = 0;
/** Where digits of the line number are missing in the row written last; 0 if it has an id. */
let lineIdAt: usize = 0;

/** The row that is to be written: a line of JSON, or a text file with its id. */
let isLine: bool = false;
let start: usize = 0;
let end: usize = 0;
let id: usize = 0;
let idEnd: usize = 0;

/** Room for the fields that say why a row was rejected, by its number; the host writes them before the first row. */
export function takeRejectionFields(): usize {
  rejectionFields = takePermanent(<usize>REJECTION_COUNT * FIELD_BYTES);
  return rejectionFields;
}

export function configureOutput(emitted: i32, cleans: bool, keepsRejected: bool): void {
  emit = emitted;
  isCleaning = cleans;
  writesRejected = keepsRejected;
  emptyOutput();
}

/** Names the source of the rows, and the field for those that the expression rejects. */
export function nameRows(name: usize, nameEnd: usize, field: usize, fieldEnd: usize): void {
  source = name;
  sourceEnd = nameEnd;
  expressionField = field;
  expressionFieldEnd = fieldEnd;
}

export function emptyOutput(): void {
  out = outputAddress();
  rejectedOut = rejectedAddress();
}

/** End of the rows written since `emptyOutput`. */
export function outputEnd(): usize {
  return out;
}

export function rejectedOutputEnd(): usize {
  return rejectedOut;
}

export function isOutputEmpty(): bool {
  return out == outputAddress() && rejectedOut == rejectedAddress();
}

/** After an outcome without id: where the digits of the row's line number are missing. */
export function lineIdPosition(): usize {
  return lineIdAt;
}

/** Whether a row of a line of so many bytes fits either output. The text of one that is rejected is not cleaned. */
export function hasRoom(lineBytes: usize, idBytes: usize): bool {
  const kept = rowBytesMax(isCleaning ? lineBytes * REPLACEMENT_BYTES : lineBytes, idBytes);
  if (out + kept > outputLimit()) return false;
  return !writesRejected || rejectedOut + rowBytesMax(lineBytes, idBytes) <= rejectedLimit();
}

/** The next row is the line of JSON in [start, end) that was parsed last. */
export function openLineRow(lineStart: usize, lineEnd: usize): void {
  isLine = true;
  start = lineStart;
  end = lineEnd;
  id = rowIdKind == ID_NONE ? 0 : rowIdStart;
  idEnd = rowIdEnd;
}

/** The next row is a file's: the well-formed text in [start, end), its id as raw JSON. */
export function openFileRow(rawId: usize, rawIdEnd: usize, text: usize, textEnd: usize): void {
  isLine = false;
  start = text;
  end = textEnd;
  id = rawId;
  idEnd = rawIdEnd;
}

/** Writes the row to the output that it belongs to, and counts it if it is rejected; returns an outcome. */
export function writeRow(rejection: u32): i32 {
  lineIdAt = 0;
  if (rejection == 0) {
    out = writeTo(out, 0);
    return lineIdAt == 0 ? SCORED : SCORED_WITHOUT_ID;
  }
  countRejection(rejection);
  if (writesRejected) rejectedOut = writeTo(rejectedOut, rejection);
  return lineIdAt == 0 ? REJECTED : REJECTED_WITHOUT_ID;
}

function writeTo(to: usize, rejection: u32): usize {
  if (emit == EMIT_NUMBERS) {
    const bytes = (<usize>slotsWanted()) << 3;
    memory.copy(to, REPORT, bytes);
    return to + bytes;
  }
  if (emit == EMIT_REPORTS) {
    to = writeReport(to) - 1; // over its closing brace
    to = closeObject(rejection, to);
  } else {
    to = isLine ? writeLineFields(rejection, to) : writeFileFields(rejection, to);
    if (emit == EMIT_BOTH) to = writeReport(writeLiteral(',"report":', to));
    to = closeObject(rejection, to);
    if (isLine) to = writeBytes(rowObjectEnd + 1, end, to);
  }
  store<u8>(to, NEWLINE);
  return to + 1;
}

/** The fields of the row as they were read, up to its closing brace; the text of a row that is kept may be cleaned. */
function writeLineFields(rejection: u32, to: usize): usize {
  if (!isCleaning || rejection != 0) return writeBytes(start, rowObjectEnd, to);
  to = writeBytes(start, rowTextStart, to);
  to = writeCleaned(to);
  return writeBytes(rowTextEnd, rowObjectEnd, to);
}

function writeFileFields(rejection: u32, to: usize): usize {
  to = writeBytes(id, idEnd, writeLiteral('{"id":', to));
  to = writeLiteral(',"text":"', to);
  to = isCleaning && rejection == 0 ? writeCleaned(to) : escapeInto(start, end, to);
  store<u8>(to, QUOTE);
  return to + 1;
}

function writeCleaned(to: usize): usize {
  const cleaned = takeWork(<usize>valueOf(SLOT_BYTES));
  return escapeInto(cleaned, cleanDocument(cleaned), to);
}

function closeObject(rejection: u32, to: usize): usize {
  if (rejection == REJECTION_BY_EXPRESSION) {
    to = writeBytes(expressionField, expressionFieldEnd, to);
  } else if (rejection != 0) {
    const field = rejectionFields + <usize>rejection * FIELD_BYTES;
    to = writeBytes(field, field + <usize>load<u32>(field, FIELD_LENGTH), to);
  }
  store<u8>(to, CLOSE_BRACE);
  return to + 1;
}

/** Ids are printed as they came; of ill-formed bytes among them only U+FFFD is left, since the output is well-formed. */
function writeReport(to: usize): usize {
  to = openReport(to);
  if (id == 0) to = writeLineId(to);
  else to = isWellFormed(id, idEnd) ? writeBytes(id, idEnd, to) : copyWellFormed(id, idEnd, to);
  return closeReport(to);
}

/** The source and a line number, whose digits are still missing. */
function writeLineId(to: usize): usize {
  store<u8>(to, QUOTE);
  to = writeBytes(source, sourceEnd, to + 1);
  store<u8>(to, COLON);
  lineIdAt = to + 1;
  store<u8>(lineIdAt, QUOTE);
  return lineIdAt + 1;
}

function writeBytes(from: usize, to: usize, at: usize): usize {
  memory.copy(at, from, to - from);
  return at + (to - from);
}

/** Room for a row of which so many bytes stand as they were read, and for its report, whose id may be ill-formed. */
function rowBytesMax(lineBytes: usize, idBytes: usize): usize {
  const idRoom = idBytes == 0 ? sourceEnd - source : idBytes * REPLACEMENT_BYTES;
  const fieldRoom = expressionFieldEnd - expressionField;
  const rowRoom: usize = emit == EMIT_ROWS || emit == EMIT_BOTH ? lineBytes : 0;
  return <usize>REPORT_ROW_BYTES_MAX + fieldRoom + idRoom + rowRoom;
}
