import type { DocumentId } from '../core/document.js';
import { MillraceError, toWireError, type WireError } from '../core/errors.js';
import type { Kernel } from './kernel-host.js';
import * as codes from './kernel/json-codes.js';
import { LINE_TOO_LARGE, TEXT_TOO_LARGE } from './kernel/row-outcomes.js';
import type { RowSettings } from './protocol.js';

const KIND_NAMES: Readonly<Record<number, string>> = {
  [codes.KIND_NUMBER]: 'a number',
  [codes.KIND_NULL]: 'null',
  [codes.KIND_BOOLEAN]: 'a boolean',
  [codes.KIND_ARRAY]: 'an array',
  [codes.KIND_OBJECT]: 'an object',
};

/** Why the row that the kernel handled last has no report: what, where, expected and got. */
export function rowError(outcome: number, kernel: Kernel, settings: RowSettings): WireError {
  switch (outcome) {
    case codes.ROW_INVALID:
      return wire('ERR_ROW_JSON', `the line is not valid JSON: unexpected ${unexpected(kernel)}`);
    case codes.ROW_NOT_OBJECT:
      return wire('ERR_ROW_TYPE', 'the line must be a JSON object, got another kind of value');
    case codes.ROW_TEXT_MISSING:
      return textMissing(settings);
    case codes.ROW_TEXT_NOT_STRING:
      return textNotString(settings, KIND_NAMES[kernel.exports.getRowTextKind()] ?? 'none');
    case LINE_TOO_LARGE:
      return wire(
        'ERR_DOCUMENT_TOO_LARGE',
        `the line is longer than the ${settings.lineBytesMax} bytes that a text of maxBytes can need`,
      );
    case TEXT_TOO_LARGE:
      return tooLarge(settings);
    default:
      return wire('ERR_INTERNAL', `the kernel answered ${outcome} for a row`);
  }
}

export function textMissing({ textField }: Pick<RowSettings, 'textField'>): WireError {
  return wire('ERR_TEXT_MISSING', `the row has no field ${JSON.stringify(textField)}`);
}

/** @param got - the kind of value, with its article. */
export function textNotString({ textField }: Pick<RowSettings, 'textField'>, got: string): WireError {
  return wire('ERR_TEXT_TYPE', `field ${JSON.stringify(textField)} must be a string, got ${got}`);
}

export function tooLarge({ maxBytes }: Pick<RowSettings, 'maxBytes'>): WireError {
  return wire('ERR_DOCUMENT_TOO_LARGE', `the text is larger than maxBytes, ${maxBytes}`);
}

/** The id of that row, if it was read so far that it is known; a number that JavaScript cannot hold as its digits. */
export function rowId(outcome: number, { exports, bytes }: Kernel): DocumentId | undefined {
  const unread = outcome === codes.ROW_INVALID || outcome === codes.ROW_NOT_OBJECT || outcome === LINE_TOO_LARGE;
  if (unread || exports.getRowIdKind() === codes.ID_NONE) return undefined;
  const raw = decoder.decode(bytes.subarray(exports.getRowIdStart() >>> 0, exports.getRowIdEnd() >>> 0));
  const id: unknown = JSON.parse(raw);
  if (typeof id === 'number') return isHeld(id) ? id : raw;
  return typeof id === 'string' ? id : undefined;
}

const decoder = new TextDecoder();

/** Whether JavaScript holds the number that was written: not one that is too large for a double, nor too large an integer. */
function isHeld(id: number): boolean {
  return Number.isInteger(id) ? Number.isSafeInteger(id) : Number.isFinite(id);
}

function unexpected({ exports, bytes }: Kernel): string {
  const at = exports.getRowErrorAt() >>> 0;
  const address = (exports.rowStart() >>> 0) + at;
  const byte = address === exports.rowEnd() >>> 0 ? undefined : bytes[address];
  const what =
    byte === undefined
      ? 'end of line'
      : byte >= 0x20 && byte < 0x7f
        ? JSON.stringify(String.fromCharCode(byte))
        : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  return `${what} at byte ${at + 1}`;
}

function wire(code: WireError['code'], message: string): WireError {
  return toWireError(new MillraceError(code, message));
}
