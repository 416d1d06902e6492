/** A report as one line of JSON, with the fields in the order in which the library's reports have them. */
import { takePermanent } from './memory';
import { formatNumber } from './number';
import {
  SLOT_AGGREGATE,
  SLOT_BYTES,
  SLOT_CHARS,
  SLOT_DISTINCT_TOKENS,
  SLOT_ENTROPY_CHAR,
  SLOT_ENTROPY_SENTENCE,
  SLOT_ENTROPY_TOKEN,
  SLOT_EVENNESS,
  SLOT_LINES,
  SLOT_PARAGRAPHS,
  SLOT_REDUNDANCY,
  SLOT_REPLACED,
  SLOT_SENTENCES,
  SLOT_TOKENS,
  SLOT_WORDS,
} from './report-slots';

/** Bytes that a report takes at most, its id aside: some 250 of keys and 15 numbers of up to 25. */
export const REPORT_ROW_BYTES_MAX: usize = 1024;

/*
 * A field is its key with all punctuation before the number, copied as two vectors, and the slot of the number:
 *   │ key 32 bytes │ key length u32 │ slot u32 │
 */
const FIELD_BYTES: usize = 40;
const FIELD_KEY_BYTES: usize = 32;
const FIELD_LENGTH: usize = 32;
const FIELD_SLOT: usize = 36;
const FIELDS_MAX: usize = 32;

let fields: usize = 0;
let fieldsEnd: usize = 0;
let opening: usize = 0;
let replacedField: usize = 0;

export function prepareReportRow(): void {
  fields = takePermanent(FIELDS_MAX * FIELD_BYTES);
  fieldsEnd = fields;
  opening = addField('{"schema":1,"id":', 0);
  replacedField = addField(',"replaced":', SLOT_REPLACED);
  fields = fieldsEnd;
  addField(',"bytes":', SLOT_BYTES);
  addField(',"chars":', SLOT_CHARS);
  addField(',"words":', SLOT_WORDS);
  addField(',"tokens":', SLOT_TOKENS);
  addField(',"distinctTokens":', SLOT_DISTINCT_TOKENS);
  addField(',"lines":', SLOT_LINES);
  addField(',"paragraphs":', SLOT_PARAGRAPHS);
  addField(',"sentences":', SLOT_SENTENCES);
  addField(',"entropy":{"char":', SLOT_ENTROPY_CHAR);
  addField(',"token":', SLOT_ENTROPY_TOKEN);
  addField(',"sentence":', SLOT_ENTROPY_SENTENCE);
  addField(',"evenness":', SLOT_EVENNESS);
  addField(',"redundancy":', SLOT_REDUNDANCY);
  addField(',"aggregate":', SLOT_AGGREGATE);
}

/** Writes everything before the id. */
export function openReport(out: usize): usize {
  return writeKey(opening, out);
}

/** Writes everything behind the id, up to the closing brace. */
export function closeReport(report: usize, out: usize): usize {
  for (let field = fields; field < fieldsEnd; field += FIELD_BYTES) out = writeField(field, report, out);
  store<u8>(out++, 0x7d); // the brace of "entropy"
  if (load<f64>(report + ((<usize>SLOT_REPLACED) << 3)) > 0) out = writeField(replacedField, report, out);
  store<u8>(out++, 0x7d);
  return out;
}

/** Copies the ASCII characters of a literal. */
export function writeLiteral(literal: string, out: usize): usize {
  for (let index = 0; index < literal.length; index++) store<u8>(out++, <u8>literal.charCodeAt(index));
  return out;
}

function writeField(field: usize, report: usize, out: usize): usize {
  const number = load<f64>(report + ((<usize>load<u32>(field, FIELD_SLOT)) << 3));
  return formatNumber(number, writeKey(field, out));
}

function writeKey(field: usize, out: usize): usize {
  v128.store(out, v128.load(field));
  v128.store(out, v128.load(field, 16), 16);
  return out + <usize>load<u32>(field, FIELD_LENGTH);
}

function addField(key: string, slot: i32): usize {
  const field = fieldsEnd;
  store<u32>(field, <u32>(writeLiteral(key, field) - field), FIELD_LENGTH);
  store<u32>(field, slot, FIELD_SLOT);
  fieldsEnd += FIELD_BYTES;
  return field;
}
