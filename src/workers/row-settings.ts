import type { Kernel } from './kernel-host.js';
import { EMIT_BOTH, EMIT_REPORTS, EMIT_ROWS } from './kernel/row-outcomes.js';
import type { RowSettings } from './protocol.js';

const EMIT_CODES = { reports: EMIT_REPORTS, rows: EMIT_ROWS, both: EMIT_BOTH } as const;

/** Room for a report; more than `REPORT_ROW_BYTES_MAX` in the kernel. */
export const REPORT_ROOM_BYTES = 4096;

const encoder = new TextEncoder();

/*
 * The names that the kernel reads and writes stand at the front of its input:
 *   │ text field │ id field │ source, as the inside of a JSON string │ data …
 */
interface Names {
  readonly textField: Uint8Array;
  readonly idField: Uint8Array;
  readonly source: Uint8Array;
}

let last: { readonly settings: RowSettings; readonly source: string; readonly names: Names } | undefined;

/** Bytes of the names. */
export function namesBytes(settings: RowSettings, source: string): number {
  const { textField, idField, source: name } = namesOf(settings, source);
  return textField.length + idField.length + name.length;
}

/** Output that has room for any one row out of `dataBytes` of lines, unless an id is most of it. */
export function outputRoom({ emit }: RowSettings, dataBytes: number, nameBytes: number): number {
  return (emit === 'reports' ? 1 : 2) * dataBytes + nameBytes + REPORT_ROOM_BYTES;
}

/** Writes the names to the front of the input, which has just been laid out. */
export function writeNames(kernel: Kernel, settings: RowSettings, source: string): void {
  const names = namesOf(settings, source);
  let at = kernel.inputAddress;
  for (const name of [names.textField, names.idField, names.source]) {
    kernel.bytes.set(name, at);
    at += name.length;
  }
}

/** Tells the kernel where the names are and how rows are written. */
export function configureRows(kernel: Kernel, settings: RowSettings, source: string): void {
  const names = namesOf(settings, source);
  const textField = kernel.inputAddress;
  const idField = textField + names.textField.length;
  const name = idField + names.idField.length;
  const { exports } = kernel;
  exports.setFieldNames(textField, names.textField.length, idField, names.idField.length);
  const { emit, maxBytes, lineBytesMax } = settings;
  exports.configureRows(EMIT_CODES[emit], maxBytes, lineBytesMax, name, name + names.source.length);
}

/** The names as bytes; a run has few sources, so the last one is kept. */
function namesOf(settings: RowSettings, source: string): Names {
  if (
    last?.source === source &&
    last.settings.textField === settings.textField &&
    last.settings.idField === settings.idField
  ) {
    return last.names;
  }
  const names = {
    textField: encoder.encode(settings.textField),
    idField: encoder.encode(settings.idField),
    source: encoder.encode(JSON.stringify(source).slice(1, -1)),
  };
  last = { settings, source, names };
  return names;
}
