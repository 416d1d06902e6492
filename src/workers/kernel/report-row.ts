/**
 * A report as one line of JSON, by a template that the host has written: the names of fields are the host's.
 *
 *   field   │ literal 80 bytes │ its length u32 │ slot u32 │ kind u32 │ alternatives u32 │
 *
 * A literal is everything between two numbers: punctuation, key, colon. A choice stands for one of the alternatives that follow
 * it, by the number in its slot: the verdict of a filter. The first field is what stands before the id, the last what comes after
 * the others when replacements are reported.
 */
import { takePermanent } from './memory';
import { formatNumber } from './number';
import { SLOT_REPLACED } from './report-slots';
import { valueOf } from './report-values';
import {
  FIELD_ALTERNATIVES,
  FIELD_BYTES,
  FIELD_CHOICE,
  FIELD_KIND,
  FIELD_LENGTH,
  FIELD_NUMBER,
  FIELD_SLOT,
} from './row-template';

/** Literals up to this, nearly all, are copied without a loop. */
const SHORT_BYTES: usize = 32;

const CLOSE_BRACE: u8 = 0x7d;

let fields: usize = 0;
/** The field of replacements, behind all that are always written. */
let lastField: usize = 0;

/** Room for the template, which the host writes before the first report; returns its address. */
export function takeTemplate(fieldCount: u32): usize {
  fields = takePermanent(<usize>fieldCount * FIELD_BYTES);
  lastField = fields + <usize>(fieldCount - 1) * FIELD_BYTES;
  return fields;
}

/** Writes everything before the id. */
export function openReport(out: usize): usize {
  return writeFieldLiteral(fields, out);
}

/** Writes everything behind the id, up to the closing brace. */
export function closeReport(out: usize): usize {
  let field = fields + FIELD_BYTES;
  while (field < lastField) {
    const kind = load<u32>(field, FIELD_KIND);
    if (kind == FIELD_NUMBER) {
      out = writeNumber(field, out);
    } else if (kind == FIELD_CHOICE) {
      out = writeFieldLiteral(field + (1 + <usize>valueOf(load<i32>(field, FIELD_SLOT))) * FIELD_BYTES, out);
      field += <usize>load<u32>(field, FIELD_ALTERNATIVES) * FIELD_BYTES;
    } else {
      out = writeFieldLiteral(field, out);
    }
    field += FIELD_BYTES;
  }
  if (valueOf(SLOT_REPLACED) > 0) out = writeNumber(lastField, out);
  store<u8>(out, CLOSE_BRACE);
  return out + 1;
}

/** Copies the ASCII characters of a literal. */
export function writeLiteral(literal: string, out: usize): usize {
  for (let index = 0; index < literal.length; index++) store<u8>(out++, <u8>literal.charCodeAt(index));
  return out;
}

function writeNumber(field: usize, out: usize): usize {
  return formatNumber(valueOf(load<i32>(field, FIELD_SLOT)), writeFieldLiteral(field, out));
}

function writeFieldLiteral(field: usize, out: usize): usize {
  const length = <usize>load<u32>(field, FIELD_LENGTH);
  v128.store(out, v128.load(field));
  v128.store(out, v128.load(field, 16), 16);
  for (let at: usize = SHORT_BYTES; at < length; at += 16) v128.store(out + at, v128.load(field + at));
  return out + length;
}
